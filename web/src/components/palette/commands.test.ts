import { expect, it } from "vitest";
import { type Command, pick, step } from "./commands";

const command = (id: string, group: string, label: string, words = ""): Command => ({ id, group, label, words, run: () => undefined });

it("keeps the commands that match every part", () => {
  const commands = [command("rules", "go", "规则", "rules guize"), command("dark", "act", "深色外观", "dark")];
  expect(pick(commands, "GUI ru").map((each) => each.id)).toEqual(["rules"]);
  expect(pick(commands, "").length).toBe(2);
});

it("goes round the ends", () => {
  expect([step(0, -1, 3), step(2, 1, 3), step(0, 1, 0)]).toEqual([2, 0, 0]);
});
