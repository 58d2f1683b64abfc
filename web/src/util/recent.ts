// What someone opened last in this browser: ids only. What they are called is asked anew, so that it is still theirs to see.
export type Opened = { object: string; id: string };

const kept = 8;
const key = (user: string) => `jingwei.recent.${user}`;

const isOpened = (value: unknown): value is Opened =>
  typeof value === "object" && value !== null && "object" in value && "id" in value && typeof value.object === "string" && typeof value.id === "string";

export function recent(user: string): Opened[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(key(user)) ?? "[]");
    return Array.isArray(all) ? all.filter(isOpened).slice(0, kept) : [];
  } catch {
    return [];
  }
}

export function remember(user: string, opened: Opened) {
  const others = recent(user).filter((one) => one.id !== opened.id);
  try {
    localStorage.setItem(key(user), JSON.stringify([opened, ...others].slice(0, kept)));
  } catch {
    // A full or forbidden storage remembers nothing.
  }
}
