import { expect, it } from "vitest";
import type { TimelineItem } from "@/api/types";
import { isLate, mostSeen, toRows } from "./rows";

const text = { zh: "", en: "" };
const event = (id: string, time: string, kind = "order.placed"): TimelineItem => ({
  event: id, time, received_at: time, kind, label: text, source: "s", summary: text, fields: [], originals: [], customer: "c", history: false,
});

it("puts a heading before each day", () => {
  const rows = toRows([event("e3", "2026-06-03T09:00"), event("e2", "2026-06-03T08:00"), event("e1", "2026-06-01T08:00")], (time) => time.slice(0, 10));
  expect(rows.map((row) => row.key)).toEqual(["2026-06-03", "e3", "e2", "2026-06-01", "e1"]);
});

it("calls an event late after an hour, but not imported history", () => {
  const times = { time: "2026-06-03T08:00:00Z", received_at: "2026-06-03T09:30:00Z" };
  expect([isLate({ ...times, history: false }), isLate({ ...times, history: true })]).toEqual([true, false]);
});

it("orders the kinds seen most by family", () => {
  const items = [event("1", "", "call.ended"), event("2", "", "order.placed"), event("3", "", "call.ended"), event("4", "", "page.viewed")];
  expect(mostSeen(items, 2)).toEqual(["order.placed", "call.ended"]);
});
