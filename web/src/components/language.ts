// The reader's language and zone, as hooks.
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import type { Text, TimelineItem } from "@/api/types";
import type { Language } from "@/i18n";
import { capital, formatOf, withoutLabel } from "@/util/format";

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === "en" ? "en" : "zh";
}

/** Reads a server text in the reader's language. */
export function useText(): (text: Text) => string {
  const language = useLanguage();
  return useCallback((text: Text) => text[language], [language]);
}

/** What an event's summary says besides its label. */
export function useGist(): (item: Pick<TimelineItem, "label" | "summary">) => string {
  const text = useText();
  return ({ label, summary }) => withoutLabel(text(summary), text(label));
}

/** The same for a label that stands alone: in English with a capital. */
export function useLabel(): (text: Text) => string {
  const text = useText();
  return useCallback((label: Text) => capital(text(label)), [text]);
}

export function useFormat() {
  const language = useLanguage();
  const zone = useQuery({ ...sessionQuery, enabled: false }).data?.company.zone;
  return formatOf(language, zone);
}
