// What a list shows, as its address says it. Pure.
import type { ListRequest, Sort } from "@/api/types";
import { conditionsOf, treeOf } from "@/components/filter/model";

export type Search = { q?: string | undefined; sort?: string | undefined; filter?: string | undefined; record?: string | undefined; view?: "board" | undefined; trash?: boolean | undefined };

/** "-amount" is by amount, the greatest first. */
export const sortOf = (sort: string | undefined): Sort | undefined => (sort ? { field: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : undefined);

/** What a click on a column's head asks for: ascending, descending, as before. */
export function nextSort(sort: Sort | undefined, field: string): string | undefined {
  if (sort?.field !== field) return field;
  return sort.descending ? undefined : `-${field}`;
}

export function requestOf(search: Search): ListRequest {
  const conditions = conditionsOf(search.filter);
  const sort = sortOf(search.sort);
  const filter = treeOf(conditions);
  return {
    ...(search.q ? { q: search.q } : {}),
    ...(sort ? { sort: [sort] } : {}),
    ...(filter ? { filter } : {}),
    ...(search.trash ? { trashed: true } : {}),
  };
}
