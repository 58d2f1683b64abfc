import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { sessionQuery } from "@/api/session";
import { type Following, followingQuery, setFollowing } from "@/api/talk";
import { useAct } from "@/components/act";
import { useTalk } from "@/i18n/talk";
import { Icon } from "@/ui/icon";

/** Follows a record, so that one is told what others do with it, or follows it no longer. */
export function Follow({ object, id }: { object: string; id: string }) {
  const talk = useTalk();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user;
  const enabled = user !== undefined && user !== null && !user.seen_by;
  const following = useQuery({ ...followingQuery(object, id), enabled }).data?.following;
  const set = useAct<boolean, Following>({
    mutationFn: (next) => setFollowing(object, id, next),
    onSuccess: (now) => {
      cache.setQueryData(followingQuery(object, id).queryKey, now);
      void message.success(talk(now.following ? "followed" : "unfollowed"));
    },
  });
  if (!enabled || following === undefined) return null;
  return (
    <Button size="small" type={following ? "default" : "text"} icon={<Icon name={following ? "check" : "bell"} size={14} />} aria-pressed={following} title={following ? talk("unfollow") : undefined} loading={set.isPending} onClick={() => set.mutate(!following)}>
      {talk(following ? "following" : "follow")}
    </Button>
  );
}
