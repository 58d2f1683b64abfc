import { expect, it } from "vitest";
import { makeFormat, withoutLabel } from "./format";
import { familyOf, iconOf } from "./kind";

const now = new Date("2026-06-03T04:00:00Z").getTime();
const zh = makeFormat("zh", "Asia/Shanghai");
const en = makeFormat("en", "Asia/Shanghai");

it("says how long ago, then the date", () => {
  expect(zh.ago("2026-06-03T03:59:30Z", now)).toBeNull();
  expect(zh.ago("2026-06-03T03:57:00Z", now)).toBe("3分钟前");
  expect(en.ago("2026-06-03T01:00:00Z", now)).toMatch(/^3 hr?s?\.? ago$/);
  expect(zh.ago("2026-05-01T00:00:00Z", now)).toBe("2026年5月1日");
});

it("says that there are more than were counted", () => {
  expect([10_000, 10_001].map(en.count)).toEqual(["10,000", "10,000+"]);
});

it("takes days in the company's zone", () => {
  expect(zh.dayKey("2026-06-02T16:30:00Z")).toBe("2026-06-03");
  expect(zh.dayHeading("2026-06-02T16:30:00Z", now)).toBe("6月3日 周三");
});

it("leaves the label out of a summary", () => {
  expect(["order · ¥5.00 · 1", "order", "a call"].map((summary) => withoutLabel(summary, "order"))).toEqual(["¥5.00 · 1", "", "a call"]);
});

it("knows a kind's family, and its own icon", () => {
  expect([familyOf("order.placed"), familyOf("acme.thing"), iconOf("call.ended"), iconOf("order.placed")]).toEqual(["trade", "other", "call", "trade"]);
});
