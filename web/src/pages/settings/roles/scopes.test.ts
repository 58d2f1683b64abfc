import { expect, it } from "vitest";
import { writesUnder } from "./scopes";

it("offers nothing to change that is not seen", () => {
  expect(writesUnder("none")).toEqual(["none"]);
  expect(writesUnder("own")).toEqual(["none", "own"]);
  expect(writesUnder("team")).toEqual(["none", "own", "team", "some"]);
  expect(writesUnder("subtree")).toEqual(["none", "own", "team", "subtree", "some"]);
  expect(writesUnder("some")).toEqual(["none", "own", "team", "subtree", "some"]);
  expect(writesUnder("all")).toEqual(["none", "own", "team", "subtree", "some", "all"]);
});
