import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { markUnused } from "../model/marks";
import css from "./editor.module.css";

type Props = { sentence: string; unused: readonly string[]; write: (sentence: string) => void };

/** The sentence, large. Unused words are marked under the text itself: the marks are drawn behind a clear field. */
export function SentenceInput({ sentence, unused, write }: Props) {
  const { t } = useTranslation();
  const composing = useRef(false);
  const [typing, setTyping] = useState<string | null>(null);
  const shown = typing ?? sentence;
  const marks = markUnused(shown, typing === null ? unused : []);
  return (
    <div className={css.input}>
      <div className={css.mirror} aria-hidden="true">
        {marks.map((mark, place) => (mark.unused ? <mark key={place}>{mark.text}</mark> : mark.text))}
        {"\u200b"}
      </div>
      <textarea
        aria-label={t("editor.label")}
        placeholder={t("editor.placeholder")}
        value={shown}
        rows={2}
        autoFocus
        spellCheck={false}
        onCompositionStart={() => (composing.current = true)}
        onCompositionEnd={(event) => {
          composing.current = false;
          setTyping(null);
          write(event.currentTarget.value);
        }}
        onChange={(event) => {
          const value = event.target.value.replaceAll("\n", "");
          if (composing.current) setTyping(value);
          else write(value);
        }}
      />
    </div>
  );
}
