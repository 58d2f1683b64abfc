import { expect, it } from "vitest";
import { conditionsOf, filterOf } from "@/components/filter/model";
import { nextSort, requestOf, sortOf } from "./search";

it("keeps conditions through the address", () => {
  const conditions = { any: true, all: [{ field: "amount", op: "more" as const, value: "5" }] };
  expect(conditionsOf(filterOf(conditions))).toEqual(conditions);
  expect(conditionsOf("not JSON").all).toEqual([]);
  expect(requestOf({ filter: filterOf(conditions), sort: "-amount" })).toEqual({ sort: [{ field: "amount", descending: true }], filter: { any: [{ is: conditions.all[0] }] } });
});

it("goes round the orders of a column", () => {
  expect(nextSort(undefined, "name")).toBe("name");
  expect(nextSort(sortOf("name"), "name")).toBe("-name");
  expect(nextSort(sortOf("-name"), "name")).toBeUndefined();
  expect(nextSort(sortOf("-name"), "amount")).toBe("amount");
});
