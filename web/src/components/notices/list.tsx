import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { noticeCountQuery, noticesQuery, readNotices } from "@/api/notices";
import { objectsQuery } from "@/api/objects";
import type { Notice } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { Failed } from "@/components/failed";
import { useText } from "@/components/language";
import { useTalk } from "@/i18n/talk";
import { Icon } from "@/ui/icon";
import { Avatar, Bones, Empty } from "@/ui/parts";
import css from "./notices.module.css";

/** What happened, after the name of who did it. */
function useSaid() {
  const talk = useTalk();
  const text = useText();
  const objects = useQuery(objectsQuery).data?.items ?? [];
  return ({ kind, bulk, count, object }: Notice) => {
    const known = objects.find((each) => each.name === object);
    const name = known ? text(known.label) : object;
    if (bulk) return talk(kind === "owner" ? "notices.bulk_owner" : "notices.bulk_change", { count, object: name });
    if (kind === "change") return count > 1 ? talk("notices.changes", { count }) : talk("notices.changed");
    return talk(`notices.${kind}`);
  };
}

function Line({ notice, see, read }: { notice: Notice; see: () => void; read: () => void }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const said = useSaid();
  const by = notice.by === "local" ? t("audit.local") : notice.by;
  const body = (
    <>
      <Avatar name={by} size={28} />
      <span className={css.body}>
        <span><strong>{by}</strong> {said(notice)}</span>
        {!notice.bulk && <span className={css.title}>{notice.title ?? t("records.untitled")}</span>}
        <small><Ago time={notice.at} /></small>
      </span>
    </>
  );
  return (
    <li className={css.line} data-unread={notice.unread}>
      {notice.bulk ? (
        <Link to="/o/$object" params={{ object: notice.object }} search={{}} className={css.link} onClick={see}>{body}</Link>
      ) : (
        <Link to="/o/$object/$id" params={{ object: notice.object, id: notice.record }} search={{}} className={css.link} onClick={see}>{body}</Link>
      )}
      {notice.unread && <Button size="small" type="text" aria-label={talk("notices.read")} title={talk("notices.read")} icon={<Icon name="check" size={14} />} onClick={read} />}
    </li>
  );
}

/** What one was told, the latest first. */
export function Notices({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const cache = useQueryClient();
  const found = useInfiniteQuery(noticesQuery);
  const read = useAct({
    mutationFn: readNotices,
    onSuccess: (left) => {
      cache.setQueryData(noticeCountQuery.queryKey, left);
      return cache.invalidateQueries({ queryKey: noticesQuery.queryKey });
    },
  });
  // A line that happened again while pages were read may stand on two of them.
  const items = [...new Map((found.data?.pages ?? []).flatMap((page) => page.items).map((notice) => [notice.id, notice])).values()];
  const see = (notice: Notice) => {
    if (notice.unread) read.mutate(notice.id);
    close();
  };
  return (
    <section className={css.notices} aria-label={talk("notices.title")}>
      <header>
        <h2>{talk("notices.title")}</h2>
        {items.some((notice) => notice.unread) && <Button size="small" type="link" onClick={() => read.mutate(null)}>{talk("notices.read_all")}</Button>}
      </header>
      {found.isPending && <Bones rows={4} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && <Empty icon="bell" title={talk("notices.none")} hint={talk("notices.none_hint")} />}
      {items.length > 0 && (
        <ul aria-label={talk("notices.title")}>
          {items.map((notice) => (
            <Line key={notice.id} notice={notice} see={() => see(notice)} read={() => read.mutate(notice.id)} />
          ))}
        </ul>
      )}
      {found.hasNextPage && <Button size="small" block type="text" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{talk("notices.more")}</Button>}
    </section>
  );
}
