// The numbers of a chart. Pure.
import type { Amounts, Chart, Group } from "@/api/types";

/** What is drawn of some records; null where there is nothing to draw. */
export function amount({ count, sums: [told] }: Amounts, measure: Chart["measure"]): number | null {
  if (measure === "count") return count;
  if (!told || told.sum === null) return null;
  return measure === "sum" ? Number(told.sum) : Number(told.sum) / told.present;
}

const part = (group: Group, choice: number | null) => group.parts.find((each) => each.choice === choice);

/** A series for each choice that there are records of, in the order of the choices, those without one last; one in all where groups are not told apart. */
export function seriesOf(groups: readonly Group[], choices: readonly number[] | null, of: (amounts: Amounts) => number | null): { choice: number | null; values: (number | null)[] }[] {
  if (choices === null) return [{ choice: null, values: groups.map((group) => of(group.amounts)) }];
  const used = [...choices, null].filter((choice) => groups.some((group) => part(group, choice)));
  return used.map((choice) => ({
    choice,
    values: groups.map((group) => {
      const found = part(group, choice);
      return found ? of(found.amounts) : null;
    }),
  }));
}
