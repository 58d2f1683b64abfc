import { expect, it } from "vitest";
import { localOf, utcOf } from "./zoned";

it("goes to the zone's clock and back, also about a change of the clocks", () => {
  expect(localOf("2026-06-03T02:15:00Z", "Asia/Shanghai")).toBe("2026-06-03T10:15");
  expect(utcOf("2026-06-03T10:15", "Asia/Shanghai")).toBe("2026-06-03T02:15:00.000Z");
  for (const local of ["2026-03-29T01:30", "2026-03-29T03:30", "2026-10-25T12:00"]) {
    expect(localOf(utcOf(local, "Europe/Berlin") ?? "", "Europe/Berlin")).toBe(local);
  }
  expect(localOf("", "Asia/Shanghai")).toBe("");
  expect(utcOf("", "Asia/Shanghai")).toBeNull();
});
