// What the palette offers for a query. Pure.
import type { SearchPart } from "@/api/types";
import type { IconName } from "@/ui/icon";

export type Command = {
  id: string;
  /** The name of an object, or of another group. */
  group: string;
  label: string;
  /** The label with what was found marked. */
  parts?: readonly SearchPart[];
  /** What stands beside the label. */
  detail?: { label: string; parts: readonly SearchPart[] };
  /** None where a letter of the label stands for it. */
  icon?: IconName;
  words: string;
  run: () => void;
  /** Whether the palette stays open. */
  stays?: boolean;
};

/** Commands whose label or words contain every part of the query. */
export function pick(commands: readonly Command[], query: string): Command[] {
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter((command) => {
    const text = `${command.label} ${command.words}`.toLowerCase();
    return parts.every((part) => text.includes(part));
  });
}

/** The next place in a list of `length`, round the ends. */
export const step = (place: number, by: number, length: number) => (length === 0 ? 0 : (place + by + length) % length);
