// A filter as people put it together: parts, all or any of which hold; a part may be a group of parts. Pure.
import type { Filter, Is } from "@/api/types";

/** Parts, of which all hold, or one at least. */
export type Group = { any: boolean; parts: readonly Filter[] };

/** Records that lead here, or that are led to: that there is one that passes a filter, or that there is none. */
export type Related = { none: boolean; way: { to: string } | { from: string; field: string }; filter: Filter };

export const none: Group = { any: false, parts: [] };
const bare: Filter = { all: [] };

/** A filter as a group; one of another shape is the only part of it. */
export function partsIn(filter: Filter | undefined): Group {
  if (!filter) return none;
  if ("any" in filter) return { any: true, parts: filter.any };
  if ("all" in filter) return { any: false, parts: filter.all };
  return { any: false, parts: [filter] };
}

export function treeOf({ any, parts }: Group): Filter | undefined {
  if (parts.length === 0) return undefined;
  return any ? { any: [...parts] } : { all: [...parts] };
}

/** What a part says of related records, if it does. */
export function relatedIn(part: Filter): Related | null {
  if ("not" in part) {
    const inner = relatedIn(part.not);
    return inner && { ...inner, none: !inner.none };
  }
  if ("to" in part) return { none: false, way: { to: part.to.field }, filter: part.to.filter };
  if ("from" in part) return { none: false, way: { from: part.from.object, field: part.from.field }, filter: part.from.filter };
  return null;
}

export function relatedOf({ none: isNone, way, filter }: Related): Filter {
  const part: Filter = "to" in way ? { to: { field: way.to, filter } } : { from: { object: way.from, field: way.field, filter } };
  return isNone ? { not: part } : part;
}

/** The conditions on fields that a filter consists of, where it is one or all of some. */
const conditions = (filter: Filter): Is[] => ("is" in filter ? [filter.is] : "all" in filter ? filter.all.flatMap(conditions) : []);

/** The same, narrowed by a filter whose conditions take the place of others on their fields. */
export function narrowed({ any, parts }: Group, by: Filter): Group {
  const more = conditions(by);
  const others = parts.filter((part) => !("is" in part) || !more.some((one) => one.field === part.is.field));
  const added = more.map((is) => ({ is }));
  return any && parts.length > 1 ? { any: false, parts: [{ any: [...parts] }, ...added] } : { any: false, parts: [...others, ...added] };
}

/** The filter of an address; none where it has none that can be read. */
export function filterIn(text: string | undefined): Filter | undefined {
  if (!text) return undefined;
  try {
    const read: unknown = JSON.parse(text);
    return isFilter(read, 0) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** How deep a filter may go, as the server has it. */
const depth_limit = 8;

function isFilter(value: unknown, depth: number): value is Filter {
  if (typeof value !== "object" || value === null || depth > depth_limit) return false;
  const [[name, inner] = ["", null], ...more] = Object.entries(value) as [string, unknown][];
  if (more.length > 0) return false;
  if (name === "all" || name === "any") return Array.isArray(inner) && inner.every((each) => isFilter(each, depth + 1));
  if (name === "not") return isFilter(inner, depth + 1);
  if (typeof inner !== "object" || inner === null) return false;
  const parts = inner as Record<string, unknown>;
  if (name === "is") return typeof parts.field === "string" && typeof parts.op === "string";
  if (name === "to" || name === "from") return typeof parts.field === "string" && isFilter(parts.filter ?? bare, depth + 1);
  return false;
}

export const partsOf = (text: string | undefined): Group => partsIn(filterIn(text));

export function filterOf(group: Group): string | undefined {
  const tree = treeOf(group);
  return tree && JSON.stringify(tree);
}
