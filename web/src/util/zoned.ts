// Instants as a form shows them: the wall clock of a zone. Pure.

/** What the clock of a zone shows, in minutes since 1970 as if it were UTC. */
function wall(at_ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(at_ms);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
}

/** `localOf("2026-06-03T02:15:00Z", "Asia/Shanghai")` is "2026-06-03T10:15"; "" for no instant. */
export function localOf(instant: string, zone: string): string {
  const at_ms = Date.parse(instant);
  return Number.isNaN(at_ms) ? "" : new Date(wall(at_ms, zone)).toISOString().slice(0, 16);
}

/** `utcOf("2026-06-03T10:15", "Asia/Shanghai")` is "2026-06-03T02:15:00.000Z"; null for no time. */
export function utcOf(local: string, zone: string): string | null {
  const wanted = Date.parse(`${local}Z`);
  if (Number.isNaN(wanted)) return null;
  // Once more with what was found, for the hours about a change of the clocks.
  const first = wanted - (wall(wanted, zone) - wanted);
  return new Date(first - (wall(first, zone) - wanted)).toISOString();
}
