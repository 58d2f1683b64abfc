import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type Dispatch, type ReactNode, type SetStateAction, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { groupsQuery, recordsQuery } from "@/api/records";
import type { Field, Filter, Group, GroupBy, Labels, ListRequest, ObjectType, RecordPage } from "@/api/types";
import { Failed } from "@/components/failed";
import type { GroupHead, Line } from "@/table/lines";
import { Bones } from "@/ui/parts";
import { GroupTitle, isTime, useGroupName, useSums } from "./groups";
import css from "./records.module.css";

/** How many groups are open to begin with, if there are no more. */
const open_groups = 8;
const most_sums = 8;

type Listed = { pages: RecordPage[]; load: () => void };

type FetchedProps = { object: string; request: ListRequest; name: string; keep: Dispatch<SetStateAction<Record<string, Listed>>> };

/** The list of one open group, fetched for the grid that shows it among others; nothing of its own but why it cannot be had. */
function Fetched({ object, request, name, keep }: FetchedProps) {
  const { data, error, refetch, fetchNextPage } = useInfiniteQuery(recordsQuery(object, request));
  useEffect(() => {
    if (data) keep((old) => ({ ...old, [name]: { pages: data.pages, load: () => void fetchNextPage() } }));
  }, [data, fetchNextPage, name, keep]);
  useEffect(() => () => keep((old) => Object.fromEntries(Object.entries(old).filter(([each]) => each !== name))), [name, keep]);
  return error && !data ? <Failed error={error} retry={() => void refetch()} /> : null;
}

const keyOf = (group: Group) => JSON.stringify(group.value);
/** By what a list is kept: one of another question is another. */
const listKey = (request: ListRequest) => JSON.stringify(request);

/** A list narrowed to a group. */
const within = (list: ListRequest, filter: Filter): ListRequest => ({ ...list, filter: list.filter ? { all: [list.filter, filter] } : filter });

type Props = { object: ObjectType; field: Field; by: GroupBy; list: ListRequest; numbers: readonly Field[]; draw: (lines: Line[], labels: Labels) => ReactNode };

/** Records in groups, each of which is opened and closed. */
export function Grouped({ object, field, by, list, numbers, draw }: Props) {
  const { t } = useTranslation();
  const name = useGroupName();
  const added = numbers.slice(0, most_sums);
  const sums = useSums(added);
  const { sort: _, ...which } = list;
  const found = useQuery({ ...groupsQuery(object.name, { list: which, by, sums: added.map((each) => each.name) }), placeholderData: keepPreviousData });
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [listed, setListed] = useState<Record<string, Listed>>({});
  if (found.isPending) return <Bones rows={8} label={t("common.loading")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const { labels, rest } = found.data;
  // Of days, the latest come first.
  const items = isTime(field) ? [...found.data.items.filter((group) => group.value !== null).toReversed(), ...found.data.items.filter((group) => group.value === null)] : found.data.items;
  const few = items.length <= open_groups;
  const isOpen = (group: Group) => toggled.has(keyOf(group)) !== few;
  const toggle = (group: Group) => setToggled((old) => new Set(old.has(keyOf(group)) ? [...old].filter((key) => key !== keyOf(group)) : [...old, keyOf(group)]));
  const lines = items.flatMap((group): Line[] => {
    const key = keyOf(group);
    const unit = by.unit;
    const head: GroupHead = {
      name: name(field, unit, group.value, labels),
      title: <GroupTitle field={field} unit={unit} value={group.value} labels={labels} />,
      count: group.amounts.count,
      sums: sums(group.amounts),
      open: isOpen(group),
      toggle: () => toggle(group),
    };
    if (!head.open) return [{ key, head }];
    const { pages = [], load = () => undefined } = listed[listKey(within(list, group.filter))] ?? {};
    const rows = pages.flatMap((page) => page.items);
    const left = group.amounts.count - rows.length;
    const last: Line[] = pages.length === 0 || (left > 0 && pages.at(-1)?.next) ? [{ key: `${key} rest`, rest: pages.length === 0 ? null : left, load }] : [];
    return [{ key, head }, ...rows.map((row) => ({ key: `${key} ${row.id}`, row })), ...last];
  });
  const known = Object.values(listed).flatMap(({ pages }) => pages.map((page) => page.labels));
  return (
    <>
      {items.filter(isOpen).map((group) => {
        const request = within(list, group.filter);
        return <Fetched key={listKey(request)} object={object.name} request={request} name={listKey(request)} keep={setListed} />;
      })}
      {draw(lines, Object.assign({}, labels, ...known) as Labels)}
      {rest > 0 && <p className={css.note}>{t("group.rest", { count: rest })}</p>}
    </>
  );
}
