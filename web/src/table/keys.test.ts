import { expect, it } from "vitest";
import { moved, next } from "./keys";

it("moves within the grid and no further", () => {
  expect(moved({ row: 0, column: 0 }, "ArrowUp", 5, 3)).toEqual({ row: 0, column: 0 });
  expect(moved({ row: 0, column: 2 }, "ArrowRight", 5, 3)).toEqual({ row: 0, column: 2 });
  expect(moved({ row: 1, column: 1 }, "PageDown", 5, 3)).toEqual({ row: 4, column: 1 });
  expect(moved({ row: 1, column: 1 }, "End", 5, 3)).toEqual({ row: 1, column: 2 });
  expect(moved({ row: 1, column: 1 }, "x", 5, 3)).toBeNull();
});

it("goes on to the next row after the last cell", () => {
  expect(next({ row: 0, column: 2 }, false, 2, 3)).toEqual({ row: 1, column: 0 });
  expect(next({ row: 1, column: 0 }, true, 2, 3)).toEqual({ row: 0, column: 2 });
  expect(next({ row: 1, column: 2 }, false, 2, 3)).toEqual({ row: 1, column: 2 });
});
