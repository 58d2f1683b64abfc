import { expect, it } from "vitest";
import type { Field } from "@/api/types";
import { columnsOf, movedTo, resized } from "./columns";

const field = (name: string) => ({ name, type: "text" }) as Field;
const fields = ["name", "stage", "amount"].map(field);

it("shows all fields, or those that were chosen, what a record is called first", () => {
  expect(columnsOf(fields, [], 0).map(({ field: { name } }) => name)).toEqual(["name", "stage", "amount"]);
  const chosen = [{ field: "amount", width: 90 }, { field: "gone", width: null }, { field: "name", width: 300 }];
  const columns = columnsOf(fields, chosen, 2);
  expect(columns.map(({ field: { name }, width, left, last }) => [name, width, left, last])).toEqual([["name", 300, 0, false], ["amount", 90, 300, true]]);
  expect(resized(columns, chosen, "amount", 20)).toEqual([{ field: "name", width: 300 }, { field: "amount", width: 60 }]);
});

it("moves one to where another is", () => {
  expect(movedTo(["a", "b", "c"], 0, 2)).toEqual(["b", "c", "a"]);
  expect(movedTo(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(movedTo(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});
