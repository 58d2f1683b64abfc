// The columns of a grid: which fields, in which order, how wide, and which stay where they are. Pure.
import type { Field, ViewColumn } from "@/api/types";

export const narrowest = 60;
export const widest = 1000;
const usual = 150;
const title_width = 240;
const widths: Partial<Record<Field["type"], number>> = { text: 200, long_text: 260, money: 140, number: 110, percent: 90, date: 130, instant: 170, bool: 80, multi_choice: 190, email: 200, link: 200 };

/** A column. `left` is where it stays when it does, `last` whether it is the last that does. */
export type Column = { field: Field; width: number; left: number | null; last: boolean };

export const within = (width: number) => Math.round(Math.max(narrowest, Math.min(widest, width)));

/** The columns that are shown: what a record is called, then the others as they were chosen, or all of them. */
export function columnsOf(fields: readonly Field[], chosen: readonly ViewColumn[], frozen: number): Column[] {
  const [title, ...rest] = fields;
  const others = chosen.length === 0 ? rest : chosen.flatMap(({ field }) => rest.filter((each) => each.name === field));
  const stays = Math.max(1, frozen);
  let left = 0;
  return [...(title ? [title] : []), ...others].map((field, place, all) => {
    const chosenWidth = chosen.find((each) => each.field === field.name)?.width;
    const width = within(chosenWidth ?? (place === 0 ? title_width : (widths[field.type] ?? usual)));
    const column = { field, width, left: place < stays ? left : null, last: place === Math.min(stays, all.length) - 1 };
    left += width;
    return column;
  });
}

/** The same columns as they are chosen. */
export const chosenOf = (columns: readonly Column[], chosen: readonly ViewColumn[]): ViewColumn[] =>
  columns.map(({ field }) => ({ field: field.name, width: chosen.find((each) => each.field === field.name)?.width ?? null }));

/** With a column of another width. */
export const resized = (columns: readonly Column[], chosen: readonly ViewColumn[], name: string, width: number): ViewColumn[] =>
  chosenOf(columns, chosen).map((column) => (column.field === name ? { ...column, width: within(width) } : column));

/** With a member moved to where another is. */
export function movedTo<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, place) => place !== from);
  const one = list[from];
  return one === undefined || to < 0 || to >= list.length ? [...list] : [...rest.slice(0, to), one, ...rest.slice(to)];
}
