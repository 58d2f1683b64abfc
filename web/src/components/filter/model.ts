// A filter as people put it together: conditions, all or any of which hold, and others that hold besides. Pure.
import type { Filter, Is } from "@/api/types";

/** With `any`, one of `all` holds at least; those of `also` hold in any case. */
export type Conditions = { any: boolean; all: Is[]; also: Is[] };

export const none: Conditions = { any: false, all: [], also: [] };

const bare = (parts: readonly Filter[]): Is[] => parts.flatMap((part) => ("is" in part ? [part.is] : "all" in part ? bare(part.all) : []));

/** The conditions of a tree that has no deeper parts. */
export function conditionsIn(filter: Filter | undefined): Conditions {
  if (!filter) return none;
  if ("is" in filter) return { ...none, all: [filter.is] };
  if ("any" in filter) return { any: true, all: bare(filter.any), also: [] };
  if (!("all" in filter)) return none;
  const any = filter.all.find((part) => "any" in part);
  return any ? { any: true, all: bare(any.any), also: bare(filter.all) } : { ...none, all: bare(filter.all) };
}

export function treeOf({ any, all, also }: Conditions): Filter | undefined {
  const [parts, besides] = [all.map((is) => ({ is })), also.map((is) => ({ is }))];
  if (!any || parts.length === 0) return parts.length + besides.length === 0 ? undefined : { all: [...parts, ...besides] };
  return besides.length === 0 ? { any: parts } : { all: [{ any: parts }, ...besides] };
}

/** The same conditions, narrowed by those of a filter, which take the place of others on its fields. */
export function narrowed(conditions: Conditions, by: Filter): Conditions {
  const more = bare([by]);
  const others = (list: Is[]) => list.filter((is) => !more.some((one) => one.field === is.field));
  if (conditions.any && conditions.all.length > 1) return { ...conditions, also: [...others(conditions.also), ...more] };
  return { any: false, all: [...others([...conditions.all, ...conditions.also]), ...more], also: [] };
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
