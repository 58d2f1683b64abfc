import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { timelineQuery } from "@/api/customers";
import type { TimelineItem } from "@/api/types";
import { useNow } from "@/components/ago";
import { Failed, FailedLine } from "@/components/failed";
import { useFormat } from "@/components/language";
import { useMore } from "@/components/more";
import { useScroll } from "@/components/scroll";
import { Bones, Empty } from "@/ui/parts";
import { TimelineEvent } from "./event";
import { KindFilter } from "./kind-filter";
import { toRows, type TimelineRow } from "./rows";
import css from "./timeline.module.css";

function useDayName() {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  const today = format.dayKey(new Date(now).toISOString());
  const yesterday = format.dayKey(new Date(now - 86_400_000).toISOString());
  return (row: { key: string; time: string }) => {
    if (row.key === today) return t("timeline.today");
    if (row.key === yesterday) return t("timeline.yesterday");
    return format.dayHeading(row.time, now);
  };
}

/** Events that came after the list was first drawn. */
function useFresh(items: readonly TimelineItem[] | undefined): ReadonlySet<string> {
  const [start, setStart] = useState<ReadonlySet<string> | null>(null);
  const [opened] = useState(() => Date.now());
  if (start === null && items !== undefined) setStart(new Set(items.map((item) => item.event)));
  const fresh = items?.filter((item) => !start?.has(item.event) && new Date(item.received_at).getTime() > opened - 5_000) ?? [];
  return new Set(start === null ? [] : fresh.map((item) => item.event));
}

type ListProps = { rows: TimelineRow[]; fresh: ReadonlySet<string>; wanted: boolean; load: () => void };

function List({ rows, fresh, wanted, load }: ListProps) {
  const scroll = useScroll();
  const dayName = useDayName();
  const box = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useEffect(() => {
    const measure = () => {
      const at = (box.current?.getBoundingClientRect().top ?? 0) + (scroll.current?.scrollTop ?? 0) - (scroll.current?.getBoundingClientRect().top ?? 0);
      setMargin(Math.round(at));
    };
    measure();
    const watch = new ResizeObserver(measure);
    if (scroll.current?.firstElementChild) watch.observe(scroll.current.firstElementChild);
    return () => watch.disconnect();
  }, [scroll]);
  const view = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: (place) => (rows[place]?.type === "day" ? 44 : 62),
    getItemKey: (place) => rows[place]?.key ?? place,
    overscan: 10,
    scrollMargin: margin,
  });
  const shown = view.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (wanted && last >= rows.length - 12) load();
  }, [wanted, last, rows.length, load]);
  return (
    <div ref={box} style={{ height: view.getTotalSize(), position: "relative" }}>
      {shown.map((item) => {
        const row = rows[item.index];
        if (!row) return null;
        return (
          <div key={item.key} ref={view.measureElement} data-index={item.index} className={css.place} style={{ transform: `translateY(${item.start - margin}px)` }}>
            {row.type === "day" ? <h3 className={css.day}>{dayName(row)}</h3> : <TimelineEvent item={row.item} fresh={fresh.has(row.key)} />}
          </div>
        );
      })}
    </div>
  );
}

/** All events of a customer, newest first, across every channel. */
export function Timeline({ customer, kind, setKind }: { customer: string; kind: string | null; setKind: (kind: string | null) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const found = useInfiniteQuery(timelineQuery(customer, kind));
  const items = found.data?.pages.flatMap((page) => page.items);
  const fresh = useFresh(items);
  const more = useMore(found);
  return (
    <section className={css.timeline} aria-label={t("timeline.title")}>
      <header className={css.head}>
        <h2>{t("timeline.title")}</h2>
        <KindFilter customer={customer} items={items ?? []} kind={kind} setKind={setKind} />
      </header>
      {found.isPending && <Bones rows={10} label={t("common.loading")} />}
      {found.isError && !items && <Failed error={found.error} retry={() => void found.refetch()} />}
      {items?.length === 0 && <Empty icon="events" title={kind === null ? t("timeline.empty") : t("timeline.empty_kind")} />}
      {items && items.length > 0 && (
        <List rows={toRows(items, format.dayKey)} fresh={fresh} wanted={more.wanted} load={more.load} />
      )}
      {more.error && <FailedLine error={more.error} retry={more.load} />}
      {items && items.length > 0 && !found.hasNextPage && <p className={css.end}>{t("timeline.end")}</p>}
    </section>
  );
}
