import { describe, expect, it } from "vitest";
import type { Question, Reading } from "@/api/types";
import { answer, draftOf, meet, questionsOf, share, stageOf, write } from "./draft";

const text = (zh: string) => ({ zh, en: zh });
const first: Question = { id: "first", text: text("含首次？"), choices: [{ id: "yes", text: text("含"), count: 312 }] };
const blank: Reading = { status: "understood", understood: null, unused: [], reason: null, near: [], questions: [], assumptions: [], definition: null, preview: null };
const asks: Reading = { ...blank, status: "ask", questions: [first] };

describe("a draft", () => {
  it("keeps its answers while one types, and drops them with the sentence", () => {
    const draft = answer(draftOf("复购两次"), "first", "yes");
    expect(write(draft, "复购两次，打标签").answers).toEqual({ first: "yes" });
    expect(write(draft, " ").answers).toEqual({});
  });

  it("still shows an answered question, so that it can be changed", () => {
    const draft = answer(meet(draftOf("复购两次"), asks), "first", "yes");
    expect(questionsOf(draft, blank)).toEqual([first]);
  });

  it("does not show it twice when the server turns it into an assumption", () => {
    const draft = answer(meet(draftOf("复购两次"), asks), "first", "yes");
    const assumed = { ...blank, assumptions: [{ id: "first", text: text("含首次"), chosen: "yes", choices: [] }] };
    expect(questionsOf(draft, assumed)).toEqual([]);
  });

  it("meets the same question once", () => {
    const met = meet(draftOf("复购两次"), asks);
    expect(meet(met, asks)).toBe(met);
    const counted = { ...first, choices: [] };
    expect(meet(met, { ...asks, questions: [counted] }).met).toEqual([counted]);
  });
});

describe("stageOf", () => {
  it("follows the reading of this sentence only", () => {
    const draft = draftOf("复购两次");
    expect(stageOf(draftOf("  "), blank, true)).toBe("blank");
    expect(stageOf(draft, undefined, true)).toBe("reading");
    expect(stageOf(draft, blank, false)).toBe("reading");
    expect(stageOf(draft, asks, true)).toBe("ask");
    expect(stageOf(draft, { ...blank, status: "refused" }, true)).toBe("refused");
    expect(stageOf(draft, blank, true)).toBe("ready");
  });
});

describe("share", () => {
  it("is bounded, and something small still shows", () => {
    expect([share(0, 10), share(5, 10), share(1, 10_000), share(1, 0), share(20, 10)]).toEqual([0, 50, 1, 0, 100]);
  });
});
