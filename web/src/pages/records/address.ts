// What the address of a list holds; the router reads it before the page is there. Pure.
import type { Layout } from "@/api/types";

/** What a saved view keeps. */
export type Kept = {
  filter?: string | undefined;
  /** "-amount,name": by amount, the greatest first, then by name. */
  sort?: string | undefined;
  view?: Exclude<Layout, "table"> | undefined;
  /** "name:300,amount": the columns, and how wide those are that were drawn. */
  columns?: string | undefined;
  frozen?: number | undefined;
  /** "stage", "close_on.month": by what a table is grouped, or a board stands in columns. */
  group?: string | undefined;
  /** "bars,sum,amount,close_on.month,stage": kind, measure, of what, by what, and by what once more. */
  chart?: string | undefined;
  /** "close_on", "close_on.week". */
  calendar?: string | undefined;
};

export type Search = Kept & {
  q?: string | undefined;
  record?: string | undefined;
  trash?: boolean | undefined;
  /** Which saved view it was to begin with. */
  v?: string | undefined;
  /** A saved view that is to be shown. */
  open?: string | undefined;
  /** A day of the stretch of the calendar that is seen. */
  at?: string | undefined;
};

const word = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : undefined);

/** What an address holds, as far as it can be read. */
export function searchIn(search: Record<string, unknown>): Search {
  const layout = (["board", "chart", "calendar"] as const).find((each) => each === search.view);
  return {
    q: word(search.q),
    sort: word(search.sort),
    filter: typeof search.filter === "object" && search.filter !== null ? JSON.stringify(search.filter) : word(search.filter),
    record: word(search.record),
    view: layout,
    columns: word(search.columns),
    frozen: typeof search.frozen === "number" && search.frozen > 1 ? Math.min(20, Math.floor(search.frozen)) : undefined,
    group: word(search.group),
    chart: word(search.chart),
    calendar: word(search.calendar),
    v: word(search.v),
    open: word(search.open),
    at: word(search.at),
    trash: search.trash === true ? true : undefined,
  };
}
