// Days of the calendar, as "2026-06-03". Pure.
import type { Cell, Field, Is } from "@/api/types";
import { localOf, utcOf } from "@/util/zoned";

const day_ms = 86_400_000;
const at = (day: string) => new Date(`${day}T00:00:00Z`);
const said = (date: Date) => date.toISOString().slice(0, 10);

export const isDay = (text: string | undefined): text is string => text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at(text).getTime());

export const plusDays = (day: string, days: number) => said(new Date(at(day).getTime() + days * day_ms));

/** The same day of another month, or that month's last. */
export function plusMonths(day: string, months: number): string {
  const date = at(day);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return said(new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(last, date.getUTCDate()))));
}

/** How many days after Monday. */
const sinceMonday = (day: string) => (at(day).getUTCDay() + 6) % 7;

/** The days that are seen: the week of a day, or the weeks of its month, from Monday on. */
export function daysOf(day: string, span: "month" | "week"): string[] {
  const first = span === "week" ? day : `${day.slice(0, 7)}-01`;
  const last = span === "week" ? day : plusDays(plusMonths(first, 1), -1);
  const from = plusDays(first, -sinceMonday(first));
  const count = Math.round((at(last).getTime() - at(from).getTime()) / day_ms) + 7 - sinceMonday(last);
  return Array.from({ length: count }, (_, place) => plusDays(from, place));
}

/** Conditions on a field for the days from one on and before another. */
export function between(field: Field, from: string, before: string, zone: string): Is[] {
  const bound = (day: string) => (field.type === "instant" ? utcOf(`${day}T00:00`, zone) : day);
  return [{ field: field.name, op: "at_least", value: bound(from) }, { field: field.name, op: "less", value: bound(before) }];
}

/** The day that a value is on. */
export const dayOf = (field: Field, value: Cell | undefined, zone: string): string | null =>
  typeof value !== "string" ? null : field.type === "instant" ? localOf(value, zone).slice(0, 10) || null : value;

/** A value moved to another day; an instant keeps its time of day, and a new one is at nine in the morning. */
export const onDay = (field: Field, value: Cell | undefined, day: string, zone: string): Cell =>
  field.type === "instant" ? utcOf(`${day}T${typeof value === "string" ? localOf(value, zone).slice(11) : "09:00"}`, zone) : day;
