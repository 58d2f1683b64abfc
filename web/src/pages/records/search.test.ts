import { expect, it } from "vitest";
import { filterOf, narrowed, none, partsOf, relatedIn, relatedOf } from "@/components/filter/model";
import { searchIn } from "./address";
import { bodyOf, isShown, nextSort, requestOf, searchOf, sortsOf } from "./search";

const is = (field: string, value: string) => ({ field, op: "equal" as const, value });

it("keeps a filter of any shape through the address", () => {
  const parts = [{ is: is("amount", "5") }, { not: { from: { object: "quote", field: "deal", filter: { any: [{ is: is("status", "1") }] } } } }];
  const group = { any: true, parts };
  expect(partsOf(filterOf(group))).toEqual(group);
  expect(requestOf({ filter: filterOf(group), sort: "-amount,name" })).toEqual({ sort: [{ field: "amount", descending: true }, { field: "name", descending: false }], filter: { any: parts } });
  for (const bad of ["not JSON", "{}", '{"all":[{"is":{}}]}', '{"to":{"field":"x","filter":[]}}', '{"all":[],"any":[]}', "[1]", "null"]) expect(partsOf(bad)).toEqual(none);
});

it("says of related records that there is one, or none", () => {
  const related = { none: true, way: { from: "quote", field: "deal" }, filter: { all: [] } };
  expect(relatedOf(related)).toEqual({ not: { from: { object: "quote", field: "deal", filter: { all: [] } } } });
  expect(relatedIn(relatedOf(related))).toEqual(related);
  expect(relatedIn({ not: { is: is("a", "1") } })).toBeNull();
});

it("narrows what any of some conditions lets through", () => {
  const parts = [{ is: is("a", "1") }, { is: is("b", "2") }];
  expect(narrowed({ any: true, parts }, { all: [{ is: is("a", "3") }] })).toEqual({ any: false, parts: [{ any: parts }, { is: is("a", "3") }] });
  expect(narrowed({ any: false, parts }, { is: is("a", "3") }).parts).toEqual([{ is: is("b", "2") }, { is: is("a", "3") }]);
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
