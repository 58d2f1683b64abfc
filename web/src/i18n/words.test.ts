import { describe, expect, it } from "vitest";
import { enDoor } from "./door/en";
import { zhDoor } from "./door/zh";
import { enFiles } from "./files/en";
import { zhFiles } from "./files/zh";
import { en } from "./en";
import { enTalk } from "./talk/en";
import { zhTalk } from "./talk/zh";
import { zh } from "./zh";

type Words = { readonly [key: string]: string | readonly string[] | Words };

function flatten(words: Words, path = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") flat.set(at, value);
    else for (const [inner, text] of flatten(value as Words, at)) flat.set(inner, text);
  }
  return flat;
}

const slots = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name).toSorted();
const chinese = flatten({ ...zh, door: zhDoor, files: zhFiles, talk: zhTalk });
const english = flatten({ ...en, door: enDoor, files: enFiles, talk: enTalk });
const isOne = (key: string) => key.endsWith("_one");

describe("the two languages", () => {
  it("have the same keys, but for English forms of one", () => {
    expect([...english.keys()].filter((key) => !isOne(key)).toSorted()).toEqual([...chinese.keys()].toSorted());
  });

  it("fill the same slots", () => {
    for (const [key, text] of english) {
      const other = chinese.get(isOne(key) ? key.replace(/_one$/, "_other") : key) ?? "";
      expect({ key, slots: slots(text) }).toEqual({ key, slots: slots(other) });
    }
  });

  it("leave nothing empty", () => {
    for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe("");
  });
});
