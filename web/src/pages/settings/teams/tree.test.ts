import { expect, it } from "vitest";
import type { Team } from "@/api/types";
import { placed, within } from "./tree";

const team = (id: string, parent: string | null = null): Team => ({ id, name: id, parent, members: [] });
const teams = [team("north", "sales"), team("sales"), team("city", "north"), team("south", "sales"), team("service"), team("lost", "gone")];

it("puts each team before its parts", () => {
  expect(placed(teams).map(({ team: { id }, depth }) => `${depth} ${id}`)).toEqual(["0 sales", "1 north", "2 city", "1 south", "0 service", "0 lost"]);
});

it("tells which teams are part of one", () => {
  expect([...within(teams, "sales")]).toEqual(["sales", "north", "city", "south"]);
  expect([...within(teams, "north")]).toEqual(["north", "city"]);
  expect([...within(teams, "lost")]).toEqual(["lost"]);
  expect([...within(teams, "none")]).toEqual([]);
});
