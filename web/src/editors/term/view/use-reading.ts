import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { editReadingQuery, readingQuery } from "@/api/rules";
import type { Draft } from "../model/draft";

const wait_ms = 220;

/** Reads the draft, perhaps as what a rule is to say instead, a moment after it was last changed. `current` is false while the
    reading is of an older draft. */
export function useReading(draft: Draft, rule: string | undefined) {
  const [settled, setSettled] = useState(draft);
  useEffect(() => {
    const wait = draft.sentence === settled.sentence ? 0 : wait_ms;
    const timer = setTimeout(() => setSettled(draft), wait);
    return () => clearTimeout(timer);
  }, [draft, settled.sentence]);
  const { sentence, answers } = settled;
  const found = useQuery(rule === undefined ? readingQuery(sentence, answers) : editReadingQuery(rule, sentence, answers));
  const current = !found.isPlaceholderData && sentence === draft.sentence && answers === draft.answers;
  return { reading: found.data, current, error: found.error };
}
