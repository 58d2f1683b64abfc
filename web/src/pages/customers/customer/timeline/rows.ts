// A timeline as rows for a windowed list: a heading for each day, then its events. Pure.
import type { TimelineItem } from "@/api/types";
import { families, familyOf } from "@/util/kind";

export type TimelineRow = { type: "day"; key: string; time: string } | { type: "event"; key: string; item: TimelineItem };

export function toRows(items: readonly TimelineItem[], dayKey: (time: string) => string): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let day = "";
  for (const item of items) {
    const its = dayKey(item.time);
    if (its !== day) rows.push({ type: "day", key: its, time: item.time });
    day = its;
    rows.push({ type: "event", key: item.event, item });
  }
  return rows;
}

/** Whether an event came so long after it happened that the reader should know. */
export function isLate(item: Pick<TimelineItem, "time" | "received_at" | "history">): boolean {
  const late_ms = new Date(item.received_at).getTime() - new Date(item.time).getTime();
  return !item.history && late_ms > 3_600_000;
}

const place = (kind: string) => families.indexOf(familyOf(kind));

/** The kinds seen most, in the order of their families, so that they keep their places as events arrive. */
export function mostSeen(items: readonly TimelineItem[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const { kind } of items) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const most = [...counts].toSorted(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, limit);
  return most.map(([kind]) => kind).toSorted((a, b) => place(a) - place(b) || a.localeCompare(b));
}
