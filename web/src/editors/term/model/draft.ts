// A rule being written: its sentence, the answers given so far, and the questions met on the way. Values in, values out.
import type { Answers, Question, Reading } from "@/api/types";

export type Draft = {
  sentence: string;
  answers: Answers;
  /** Every question met for this sentence: an answered one is no longer asked, but can still be changed. */
  met: readonly Question[];
};

export const draftOf = (sentence: string): Draft => ({ sentence, answers: {}, met: [] });

/** Typing keeps the answers: most edits do not change what they were about. Starting afresh drops them. */
export function write(draft: Draft, sentence: string): Draft {
  return sentence.trim() === "" ? draftOf(sentence) : { ...draft, sentence };
}

export const answer = (draft: Draft, id: string, choice: string): Draft => ({
  ...draft,
  answers: { ...draft.answers, [id]: choice },
});

/** Remembers what a reading asks, the newest wording of each. The same draft when nothing is new. */
export function meet(draft: Draft, reading: Reading): Draft {
  if (reading.questions.every((question) => draft.met.includes(question))) return draft;
  const asked = new Set(reading.questions.map((question) => question.id));
  return { ...draft, met: [...draft.met.filter((question) => !asked.has(question.id)), ...reading.questions] };
}

/** What to show as questions: those open now, then those already answered that are not shown as assumptions. */
export function questionsOf(draft: Draft, reading: Reading): Question[] {
  const open = new Set(reading.questions.map((question) => question.id));
  const assumed = new Set(reading.assumptions.map((assumption) => assumption.id));
  const answered = draft.met.filter((question) => question.id in draft.answers && !open.has(question.id) && !assumed.has(question.id));
  return [...reading.questions, ...answered];
}

export type Stage = "blank" | "reading" | "refused" | "ask" | "ready";

/** Where the draft stands. A reading of another sentence does not count. */
export function stageOf(draft: Draft, reading: Reading | undefined, current: boolean): Stage {
  if (draft.sentence.trim() === "") return "blank";
  if (!reading || !current) return "reading";
  if (reading.status === "refused") return "refused";
  return reading.status === "ask" ? "ask" : "ready";
}

/** Whether a draft is, but for spaces at its ends, what a rule says already, read the way it is read by itself. */
export const saysSame = (draft: Draft, sentence: string): boolean =>
  draft.sentence.trim() === sentence.trim() && Object.keys(draft.answers).length === 0;

/** `part` of `whole` as 0 to 100; something small still shows. */
export function share(part: number, whole: number): number {
  if (whole <= 0 || part <= 0) return 0;
  return Math.min(100, Math.max(1, (part / whole) * 100));
}
