// Teams in the order of their tree. Pure.
import type { Team } from "@/api/types";

export type Placed = { team: Team; depth: number };

/** Each team before those that are part of it; a part of one that is not there stands at the top. */
export function placed(teams: readonly Team[]): Placed[] {
  const known = new Set(teams.map((team) => team.id));
  const parts = (parent: string | null, depth: number): Placed[] =>
    teams.filter((team) => (team.parent !== null && known.has(team.parent) ? team.parent : null) === parent).flatMap((team) => [{ team, depth }, ...parts(team.id, depth + 1)]);
  return parts(null, 0);
}

/** A team and all that are part of it, by id. */
export function within(teams: readonly Team[], id: string): Set<string> {
  const all = placed(teams);
  const start = all.findIndex(({ team }) => team.id === id);
  const depth = all[start]?.depth ?? 0;
  const end = all.findIndex((each, place) => place > start && each.depth <= depth);
  return new Set(start < 0 ? [] : all.slice(start, end < 0 ? all.length : end).map(({ team }) => team.id));
}
