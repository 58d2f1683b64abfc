// What a comment says, between the form in which it is kept, `@[usr_…]`, and the one in which it is written and read. Pure.
import type { Member } from "@/api/types";

/** Whom the names in a draft mean that were chosen from the list. */
export type Named = Record<string, string>;

export type Part = { text: string; mention: boolean };

const token = /@\[(usr_[0-9a-z]+)\]/g;

/** What a member is called in a draft: those of one name are told apart by their ids. */
export const calledIn = (members: readonly Member[], { id, name }: Member) => (members.some((other) => other.name === name && other.id !== id) ? `${name}(${id.slice(-4)})` : name);

/** A draft as it is kept: the names that were chosen are ids. The longest first, since one name may begin another. */
export function kept(draft: string, named: Named): string {
  const names = Object.keys(named).toSorted((a, b) => b.length - a.length);
  let rest = draft;
  let done = "";
  for (let place = rest.indexOf("@"); place !== -1; place = rest.indexOf("@")) {
    const after = rest.slice(place + 1);
    const name = names.find((each) => after.startsWith(each));
    done += rest.slice(0, place) + (name === undefined ? "@" : `@[${named[name]}]`);
    rest = after.slice(name?.length ?? 0);
  }
  return done + rest;
}

/** What was kept, as a draft to be changed. */
export function draftOf(text: string, mentions: Named): { draft: string; named: Named } {
  const named: Named = {};
  const taken = (name: string, id: string) => (named[name] !== undefined && named[name] !== id ? `${name}(${id.slice(-4)})` : name);
  const draft = text.replaceAll(token, (whole, id: string) => {
    const name = mentions[id];
    if (name === undefined) return whole;
    const called = taken(name, id);
    named[called] = id;
    return `@${called}`;
  });
  return { draft, named };
}

/** What was kept, in parts to be read. */
export function partsOf(text: string, mentions: Named): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(token)) {
    const name = mentions[found[1] ?? ""];
    if (name === undefined) continue;
    if (found.index > from) parts.push({ text: text.slice(from, found.index), mention: false });
    parts.push({ text: `@${name}`, mention: true });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), mention: false });
  return parts;
}
