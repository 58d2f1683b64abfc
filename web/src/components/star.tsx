import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { favouritesQuery, setFavourite } from "@/api/favourites";
import { sessionQuery } from "@/api/session";
import type { Favourite } from "@/api/types";
import { Icon } from "@/ui/icon";
import { useAct } from "./act";
import css from "./star.module.css";

/** What one has starred; who sees as somebody else has nothing. */
export function useFavourites(): Favourite[] {
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user;
  return useQuery({ ...favouritesQuery, enabled: user !== undefined && user !== null && !user.seen_by }).data?.items ?? [];
}

type Props = { object: string; name: string } & ({ record: string; view?: never } | { view: string; record?: never });

/** Stars a record or a view, so that it stands in the menu, or takes the star away. */
export function Star({ object, name, record, view }: Props) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const seen = useQuery({ ...sessionQuery, enabled: false }).data?.user?.seen_by;
  const starred = useFavourites().some((each) => (record === undefined ? each.view === view : each.record === record));
  const set = useAct<boolean, { items: Favourite[] }>({
    mutationFn: (next) => setFavourite({ object, record: record ?? null, view: view ?? null, starred: next }),
    onSuccess: (next) => cache.setQueryData(favouritesQuery.queryKey, next),
  });
  if (seen) return null;
  return (
    <Button
      size="small"
      type="text"
      className={css.star ?? ""}
      aria-pressed={starred}
      aria-label={t(starred ? "favourites.remove" : "favourites.add", { name })}
      icon={<Icon name="star" size={14} />}
      onClick={() => set.mutate(!starred)}
    />
  );
}
