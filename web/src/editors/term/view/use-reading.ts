import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { readingQuery } from "@/api/rules";
import type { Draft } from "../model/draft";

const wait_ms = 220;

/** Reads the draft a moment after it was last changed. `current` is false while the reading is of an older draft. */
export function useReading(draft: Draft) {
  const [settled, setSettled] = useState(draft);
  useEffect(() => {
    const wait = draft.sentence === settled.sentence ? 0 : wait_ms;
    const timer = setTimeout(() => setSettled(draft), wait);
    return () => clearTimeout(timer);
  }, [draft, settled.sentence]);
  const found = useQuery(readingQuery(settled.sentence, settled.answers));
  const current = !found.isPlaceholderData && settled.sentence === draft.sentence && settled.answers === draft.answers;
  return { reading: found.data, current, error: found.error };
}
