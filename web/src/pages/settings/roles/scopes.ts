// Which records a role may change, of those that it sees. Pure.
import type { Scope } from "@/api/types";

/** From none to all; of `some` and a team's nobody can tell which is wider. */
export const scopes: readonly Scope[] = ["none", "own", "team", "subtree", "some", "all"];

/** What makes a difference for changing, under a scope of seeing: nobody changes what they do not see. */
export function writesUnder(read: Scope): readonly Scope[] {
  if (read === "all") return scopes;
  if (read === "none" || read === "own") return scopes.slice(0, scopes.indexOf(read) + 1);
  return scopes.filter((scope) => scope !== "all" && (read !== "team" || scope !== "subtree"));
}
