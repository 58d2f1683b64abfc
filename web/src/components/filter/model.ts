// A filter as people put it together: conditions, all or any of which hold. Pure.
import type { Filter, Is } from "@/api/types";

export type Conditions = { any: boolean; all: Is[] };

export const none: Conditions = { any: false, all: [] };

/** The conditions of a tree that has no deeper parts. */
export function conditionsIn(filter: Filter | undefined): Conditions {
  if (!filter) return none;
  if ("is" in filter) return { any: false, all: [filter.is] };
  const parts = "all" in filter ? filter.all : "any" in filter ? filter.any : [];
  return { any: "any" in filter, all: parts.flatMap((part) => ("is" in part ? [part.is] : [])) };
}

export function treeOf({ any, all }: Conditions): Filter | undefined {
  const parts = all.map((is) => ({ is }));
  if (parts.length === 0) return undefined;
  return any ? { any: parts } : { all: parts };
}

/** The conditions of an address; none where it has none that can be read. */
export function conditionsOf(filter: string | undefined): Conditions {
  if (!filter) return none;
  try {
    return conditionsIn(JSON.parse(filter) as Filter);
  } catch {
    return none;
  }
}

export function filterOf(conditions: Conditions): string | undefined {
  const tree = treeOf(conditions);
  return tree && JSON.stringify(tree);
}
