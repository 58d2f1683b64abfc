import { useTranslation } from "react-i18next";
import type { Reading } from "@/api/types";
import { useText } from "@/components/language";
import { Icon } from "@/ui/icon";
import css from "./editor.module.css";

export function SentenceList({ label, sentences, use }: { label: string; sentences: readonly string[]; use: (sentence: string) => void }) {
  return (
    <ul className={css.sentences} aria-label={label}>
      {sentences.map((sentence) => (
        <li key={sentence}>
          <button type="button" onClick={() => use(sentence)}>
            <span>{sentence}</span>
            <Icon name="arrow" size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Examples({ use }: { use: (sentence: string) => void }) {
  const { t } = useTranslation();
  return (
    <section className={css.block}>
      <h2 className={css.title}>{t("editor.examples")}</h2>
      <SentenceList label={t("editor.examples")} sentences={t("editor.example_list", { returnObjects: true })} use={use} />
    </section>
  );
}

export function Refused({ reading, use }: { reading: Reading; use: (sentence: string) => void }) {
  const { t } = useTranslation();
  const text = useText();
  return (
    <section className={css.block} role="status">
      <h2 className={css.title}>
        <span className={css.asking}><Icon name="question" size={13} /></span>
        {t("editor.refused")}
      </h2>
      {reading.reason && <p className={css.reason}>{text(reading.reason)}</p>}
      {reading.near.length > 0 && (
        <>
          <p className={css.near}>{t("editor.near")}</p>
          <SentenceList label={t("editor.near")} sentences={reading.near.map(text)} use={use} />
        </>
      )}
    </section>
  );
}
