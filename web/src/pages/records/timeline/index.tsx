import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import { addComment, followingQuery, timelineQuery } from "@/api/talk";
import type { Labels, ObjectType, RecordRow, TimelineEntry, TimelineSort } from "@/api/types";
import { useAct } from "@/components/act";
import { Failed, FailedLine } from "@/components/failed";
import { useMore } from "@/components/more";
import { useTalk } from "@/i18n/talk";
import { Bones, ChipButton, Empty } from "@/ui/parts";
import { ChangeEntry, undoable, useUndo } from "./change";
import { CommentEntry } from "./comment";
import { CommentBox } from "./comment-box";
import { DecisionEntry, EventEntry, RelatedEntry } from "./others";
import css from "./timeline.module.css";

/** Loads more once what it stands under has been scrolled to its end. */
function End({ wanted, load }: { wanted: boolean; load: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!wanted || !mark.current) return;
    const watch = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && load(), { rootMargin: "300px" });
    watch.observe(mark.current);
    return () => watch.disconnect();
  }, [wanted, load]);
  return <div ref={mark} />;
}

const keyOf = ({ at, change, comment, record, event, decision }: TimelineEntry) => change?.id ?? comment?.id ?? record?.id ?? event?.event ?? decision?.id ?? at;

type EntryProps = { object: ObjectType; row: RecordRow; labels: Labels; entry: TimelineEntry; undo: (change: string) => void; undone: ReadonlySet<string | null> };

function Entry({ object, row, labels, entry, undo, undone }: EntryProps) {
  const { at, change, comment, record, event, decision } = entry;
  if (change) {
    const can = row.writable && undoable.has(change.act) && !change.erased && !undone.has(change.id);
    return <ChangeEntry object={object} change={change} labels={labels} undo={can ? () => undo(change.id) : null} />;
  }
  if (comment) return <CommentEntry object={object.name} id={row.id} comment={comment} />;
  if (record) return <RelatedEntry at={at} related={record} />;
  if (event) return <EventEntry event={event} />;
  return decision && <DecisionEntry decision={decision} />;
}

type FilterProps = { sorts: readonly TimelineSort[]; sort: TimelineSort | null; choose: (sort: TimelineSort | null) => void };

function Filter({ sorts, sort, choose }: FilterProps) {
  const talk = useTalk();
  return (
    <div className={css.filter} role="group" aria-label={talk("filter")}>
      <ChipButton tone={sort === null ? "teal" : "plain"} pressed={sort === null} onClick={() => choose(null)}>{talk("all")}</ChipButton>
      {sorts.map((each) => (
        <ChipButton key={each} tone={sort === each ? "teal" : "plain"} pressed={sort === each} onClick={() => choose(each)}>{talk(`sorts.${each}`)}</ChipButton>
      ))}
    </div>
  );
}

/** All that happened around a record, the latest first, and where something is said about it. */
export function Timeline({ object, row, labels }: { object: ObjectType; row: RecordRow; labels: Labels }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const cache = useQueryClient();
  const [sort, setSort] = useState<TimelineSort | null>(null);
  const seen = useQuery({ ...sessionQuery, enabled: false }).data?.user?.seen_by;
  const found = useInfiniteQuery(timelineQuery(object.name, row.id, sort));
  const more = useMore(found);
  const undo = useUndo(object, row.id);
  const [sorts, setSorts] = useState<readonly TimelineSort[]>([]);
  const known = found.data?.pages[0]?.sorts;
  useEffect(() => {
    if (known) setSorts(known);
  }, [known]);
  const pages = found.data?.pages ?? [];
  const items = pages.flatMap((page) => page.items);
  const names: Labels = Object.assign({}, labels, ...pages.map((page) => page.labels));
  const undone = new Set(items.map((entry) => entry.change?.undoes ?? null));
  const add = useAct<{ text: string; clear: () => void }, unknown>({
    mutationFn: ({ text }) => addComment(object.name, row.id, text),
    onSuccess: (_, { clear }) => {
      clear();
      void cache.invalidateQueries({ queryKey: followingQuery(object.name, row.id).queryKey });
      return cache.invalidateQueries({ queryKey: ["record", object.name, row.id, "timeline"] });
    },
  });
  return (
    <section className={css.timeline} aria-label={talk("view")}>
      {!seen && row.trashed_at === null && (
        <CommentBox object={object.name} id={row.id} label={talk("box")} submit={talk("send")} busy={add.isPending} send={(text, clear) => add.mutate({ text, clear })} />
      )}
      <Filter sorts={sorts} sort={sort} choose={setSort} />
      {found.isPending && <Bones rows={8} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && (sort === null ? <Empty icon="clock" title={talk("none")} hint={talk("none_hint")} /> : <Empty icon="clock" title={talk("none_sort")} />)}
      {items.length > 0 && (
        <ul className={css.entries} aria-label={talk("view")}>
          {items.map((entry) => (
            <li key={keyOf(entry)}>
              <Entry object={object} row={row} labels={names} entry={entry} undo={undo} undone={undone} />
            </li>
          ))}
        </ul>
      )}
      {more.error && <FailedLine error={more.error} retry={more.load} />}
      {found.isFetchingNextPage && <Bones rows={2} label={t("common.loading")} />}
      <End wanted={more.wanted} load={more.load} />
      {items.length > 0 && !found.hasNextPage && <p className={css.end}>{talk("end")}</p>}
    </section>
  );
}
