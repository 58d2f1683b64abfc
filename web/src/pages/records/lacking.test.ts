import { expect, it } from "vitest";
import type { Field } from "@/api/types";
import { lackingOf } from "./lacking";

it("tells what a choice wants that is empty, once a record comes to it", () => {
  const stage = { name: "stage", type: "choice", choices: [{ number: 0, wants: [] }, { number: 4, wants: ["amount", "close_on", "gone"] }] } as unknown as Field;
  const fields = [stage, { name: "amount" }, { name: "close_on" }, { name: "region" }] as Field[];
  const names = (values: Record<string, string | number>, value: number | null) => lackingOf({ fields }, { values }, stage, value).map((field) => field.name);
  expect(names({ stage: 0, amount: "5" }, 4)).toEqual(["close_on"]);
  expect(names({}, 4)).toEqual(["amount", "close_on"]);
  expect(names({ stage: 4 }, 4)).toEqual([]);
  expect(names({ stage: 4 }, null)).toEqual([]);
});
