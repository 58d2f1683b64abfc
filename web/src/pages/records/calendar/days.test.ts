import { expect, it } from "vitest";
import type { Field } from "@/api/types";
import { dayOf, daysOf, isDay, onDay, plusMonths } from "./days";

const instant = { name: "at", type: "instant" } as Field;

it("sees whole weeks from Monday", () => {
  const june = daysOf("2026-06-17", "month");
  expect([june[0], june.at(-1), june.length]).toEqual(["2026-06-01", "2026-07-05", 35]);
  expect(daysOf("2026-06-21", "week")).toEqual(["2026-06-15", "2026-06-16", "2026-06-17", "2026-06-18", "2026-06-19", "2026-06-20", "2026-06-21"]);
  expect(daysOf("2027-02-14", "month")).toHaveLength(28);
  expect(plusMonths("2026-01-31", 1)).toBe("2026-02-28");
  expect([isDay("2026-02-30x"), isDay("soon"), isDay("2026-02-03")]).toEqual([false, false, true]);
});

it("keeps the time of day when an instant is moved", () => {
  expect(dayOf(instant, "2026-06-30T16:30:00Z", "Asia/Shanghai")).toBe("2026-07-01");
  expect(onDay(instant, "2026-06-30T16:30:00Z", "2026-08-09", "Asia/Shanghai")).toBe("2026-08-08T16:30:00.000Z");
  expect(onDay(instant, null, "2026-08-09", "Asia/Shanghai")).toBe("2026-08-09T01:00:00.000Z");
});
