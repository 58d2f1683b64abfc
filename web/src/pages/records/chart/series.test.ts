import { expect, it } from "vitest";
import type { Group } from "@/api/types";
import { amount, seriesOf } from "./series";

const amounts = (count: number, sum: string | null, present = count) => ({ count, sums: [{ sum, present }] });

const group = (value: string, parts: [number | null, number][]): Group => ({ value, filter: { all: [] }, amounts: amounts(9, null, 0), parts: parts.map(([choice, count]) => ({ choice, amounts: amounts(count, null, 0) })) });

it("tells a count, a sum and an average of those that have a value", () => {
  expect(amount(amounts(4, "9", 2), "count")).toBe(4);
  expect(amount(amounts(4, "9", 2), "sum")).toBe(9);
  expect(amount(amounts(4, "9", 2), "average")).toBe(4.5);
  expect(amount(amounts(4, null, 0), "average")).toBeNull();
});

it("makes a series of each choice that is there", () => {
  const series = seriesOf([group("a", [[2, 5], [null, 1]]), group("b", [[0, 7]])], [0, 1, 2], (each) => amount(each, "count"));
  expect(series).toEqual([{ choice: 0, values: [null, 7] }, { choice: 2, values: [5, null] }, { choice: null, values: [1, null] }]);
});
