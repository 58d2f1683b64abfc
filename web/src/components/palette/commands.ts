// What the palette offers for a query. Pure.
export type Command = { id: string; group: "customers" | "go" | "act"; label: string; hint?: string; words: string; run: () => void };

/** Commands whose label or words contain every part of the query; customers come as the server found them. */
export function pick(commands: readonly Command[], query: string): Command[] {
  const parts = query.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter((command) => {
    if (command.group === "customers") return true;
    const text = `${command.label} ${command.words}`.toLowerCase();
    return parts.every((part) => text.includes(part));
  });
}

/** The next place in a list of `length`, round the ends. */
export const step = (place: number, by: number, length: number) => (length === 0 ? 0 : (place + by + length) % length);
