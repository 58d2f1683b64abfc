// Which parts of a sentence were not used, for marking them where they stand.
export type Mark = { text: string; unused: boolean };

/** Each unused word is found once, at its first place not yet marked. Together the marks are the sentence. */
export function markUnused(sentence: string, unused: readonly string[]): Mark[] {
  const flags = Array.from({ length: sentence.length }, () => false);
  const lower = sentence.toLowerCase();
  for (const word of unused) {
    if (word === "") continue;
    let at = lower.indexOf(word.toLowerCase());
    while (at !== -1 && flags.slice(at, at + word.length).includes(true)) at = lower.indexOf(word.toLowerCase(), at + 1);
    if (at !== -1) flags.fill(true, at, at + word.length);
  }
  const marks: Mark[] = [];
  for (const [place, flag] of flags.entries()) {
    const last = marks.at(-1);
    const char = sentence.charAt(place);
    if (last && last.unused === flag) last.text += char;
    else marks.push({ text: char, unused: flag });
  }
  return marks;
}
