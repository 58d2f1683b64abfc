import { expect, it } from "vitest";
import { conditionsOf, filterOf, narrowed } from "@/components/filter/model";
import { searchIn } from "./address";
import { bodyOf, isShown, nextSort, requestOf, searchOf, sortsOf } from "./search";

const is = (field: string, value: string) => ({ field, op: "equal" as const, value });

it("keeps conditions through the address", () => {
  const conditions = { any: true, all: [{ field: "amount", op: "more" as const, value: "5" }], also: [] };
  expect(conditionsOf(filterOf(conditions))).toEqual(conditions);
  expect(conditionsOf("not JSON").all).toEqual([]);
  expect(requestOf({ filter: filterOf(conditions), sort: "-amount,name" })).toEqual({
    sort: [{ field: "amount", descending: true }, { field: "name", descending: false }],
    filter: { any: [{ is: conditions.all[0] }] },
  });
});

it("narrows what any of some conditions lets through", () => {
  const either = { any: true, all: [is("a", "1"), is("b", "2")], also: [] };
  const both = narrowed(either, { all: [{ is: is("a", "3") }] });
  expect(both).toEqual({ ...either, also: [is("a", "3")] });
  expect(conditionsOf(filterOf(both))).toEqual(both);
  expect(narrowed({ any: false, all: either.all, also: [] }, { is: is("a", "3") }).all).toEqual([is("b", "2"), is("a", "3")]);
});

it("goes round the orders of a column", () => {
  expect(nextSort([], "name")).toBe("name");
  expect(nextSort(sortsOf("name"), "name")).toBe("-name");
  expect(nextSort(sortsOf("-name"), "name")).toBeUndefined();
  expect(nextSort(sortsOf("-name"), "amount")).toBe("amount");
  expect(nextSort(sortsOf("-name"), "amount", true)).toBe("-name,amount");
  expect(nextSort(sortsOf("-name,amount"), "name", true)).toBe("amount");
});

it("is saved as a view and comes back the same", () => {
  const search = searchIn({ sort: "-amount,name", view: "chart", columns: "name:300,amount", frozen: 2, group: "close_on.month", chart: "bars,sum,amount,close_on.month,stage", calendar: "close_on.week" });
  expect(bodyOf(search).chart).toEqual({ kind: "bars", measure: "sum", of: "amount", by: { field: "close_on", unit: "month" }, split: "stage" });
  expect(isShown(bodyOf(search), search)).toBe(true);
  expect(isShown(bodyOf(search), { ...search, columns: "name,amount" })).toBe(false);
  expect(searchOf(bodyOf({}))).toEqual(searchOf(bodyOf(searchIn({ view: "table", frozen: 1, chart: "nothing" }))));
});
