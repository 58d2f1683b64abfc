import { expect, it } from "vitest";
import { joinSeries } from "./series";

it("lets the stream's own counts take over from the right", () => {
  expect(joinSeries([1, 2, 3, 4], [0, 0, 8, 9], 0)).toEqual([1, 2, 3, 4]);
  expect(joinSeries([1, 2, 3, 4], [0, 0, 8, 9], 2)).toEqual([3, 4, 8, 9]);
  expect(joinSeries([1, 2], [7, 8, 9], 9)).toEqual([8, 9]);
});
