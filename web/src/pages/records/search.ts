// What a list shows, as its address says it. Pure.
import type { Calendar, Chart, GroupBy, ListRequest, Sort, Unit, ViewBody, ViewColumn } from "@/api/types";
import { filterIn, filterOf, partsIn, partsOf, treeOf } from "@/components/filter/model";
import type { Kept, Search } from "./address";

/** Nothing that a view keeps. */
export const plain = { filter: undefined, sort: undefined, view: undefined, columns: undefined, frozen: undefined, group: undefined, chart: undefined, calendar: undefined } satisfies Record<keyof Kept, undefined>;

const kept = Object.keys(plain) as (keyof Kept)[];

export const sorts_limit = 4;
const units: readonly Unit[] = ["day", "week", "month", "quarter", "year"];
const kinds: readonly Chart["kind"][] = ["bars", "line", "pie", "number"];
const measures: readonly Chart["measure"][] = ["count", "sum", "average"];

/** "-amount" is by amount, the greatest first. */
export function sortsOf(sort: string | undefined): Sort[] {
  const each = (sort ?? "").split(",").filter((part) => part !== "" && part !== "-");
  return each.slice(0, sorts_limit).map((part) => ({ field: part.replace(/^-/, ""), descending: part.startsWith("-") }));
}

export const sortOf = (sorts: readonly Sort[]): string | undefined => sorts.map(({ field, descending }) => `${descending ? "-" : ""}${field}`).join(",") || undefined;

/** What a click on a column's head asks for: ascending, descending, as before; with `more`, besides the others. */
export function nextSort(sorts: readonly Sort[], field: string, more = false): string | undefined {
  const known = sorts.find((sort) => sort.field === field);
  if (!more) return sortOf(known && sorts.length === 1 ? (known.descending ? [] : [{ field, descending: true }]) : [{ field, descending: false }]);
  if (!known) return sortOf([...sorts, { field, descending: false }].slice(0, sorts_limit));
  return sortOf(known.descending ? sorts.filter((sort) => sort !== known) : sorts.map((sort) => (sort === known ? { field, descending: true } : sort)));
}

export function columnsOf(columns: string | undefined): ViewColumn[] {
  const each = (columns ?? "").split(",").filter((part) => part !== "");
  return each.map((part) => {
    const [field = "", width] = part.split(":");
    return { field, width: Number(width) > 0 ? Number(width) : null };
  });
}

export const columnsIn = (columns: readonly ViewColumn[]): string | undefined => columns.map(({ field, width }) => (width === null ? field : `${field}:${width}`)).join(",") || undefined;

export function groupOf(group: string | undefined): GroupBy | null {
  const [field, unit] = (group ?? "").split(".");
  return field ? { field, unit: units.find((each) => each === unit) ?? null } : null;
}

export const groupIn = (group: GroupBy | null): string | undefined => group ? (group.unit ? `${group.field}.${group.unit}` : group.field) : undefined;

export function chartOf(chart: string | undefined): Chart | null {
  const [kind, measure, of, by, split] = (chart ?? "").split(",");
  const known = kinds.find((each) => each === kind);
  return known ? { kind: known, measure: measures.find((each) => each === measure) ?? "count", of: of || null, by: groupOf(by), split: split || null } : null;
}

export const chartIn = (chart: Chart | null): string | undefined => chart ? [chart.kind, chart.measure, chart.of ?? "", groupIn(chart.by) ?? "", chart.split ?? ""].join(",").replace(/,+$/, "") : undefined;

export function calendarOf(calendar: string | undefined): Calendar | null {
  const [field, span] = (calendar ?? "").split(".");
  return field ? { field, span: span === "week" ? "week" : "month" } : null;
}

export const calendarIn = (calendar: Calendar | null): string | undefined => calendar ? (calendar.span === "week" ? `${calendar.field}.week` : calendar.field) : undefined;

/** What is saved of it as a view. */
export function bodyOf(search: Search): ViewBody {
  return {
    filter: filterIn(search.filter) ?? { all: [] },
    sort: sortsOf(search.sort),
    layout: search.view ?? "table",
    columns: columnsOf(search.columns),
    frozen: search.frozen ?? 0,
    group: groupOf(search.group),
    chart: chartOf(search.chart),
    calendar: calendarOf(search.calendar),
  };
}

/** What a saved view shows. */
export function searchOf(body: ViewBody): Record<keyof Kept, Kept[keyof Kept]> & Kept {
  return {
    filter: filterOf(partsIn(body.filter)),
    sort: sortOf(body.sort),
    view: body.layout === "table" ? undefined : body.layout,
    columns: columnsIn(body.columns),
    frozen: body.frozen > 1 ? body.frozen : undefined,
    group: groupIn(body.group),
    chart: chartIn(body.chart),
    calendar: calendarIn(body.calendar),
  };
}

/** Whether it shows what a view does. */
export function isShown(body: ViewBody, search: Search): boolean {
  const shown = searchOf(body);
  return kept.every((key) => shown[key] === search[key]);
}

/** Whether it shows anything but all records in a table. */
export const isPlainSearch = (search: Search): boolean => kept.every((key) => search[key] === undefined);

export function requestOf(search: Search): ListRequest {
  const sort = sortsOf(search.sort);
  const filter = treeOf(partsOf(search.filter));
  return {
    ...(search.q ? { q: search.q } : {}),
    ...(sort.length > 0 ? { sort } : {}),
    ...(filter ? { filter } : {}),
    ...(search.trash ? { trashed: true } : {}),
  };
}
