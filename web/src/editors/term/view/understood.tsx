import { useTranslation } from "react-i18next";
import type { Reading, Text } from "@/api/types";
import { useLanguage } from "@/components/language";
import { Icon } from "@/ui/icon";
import css from "./editor.module.css";

const names = { zh: "中文", en: "English" };

/** A sentence in both languages, the reader's first. */
export function BothLanguages({ text }: { text: Text }) {
  const language = useLanguage();
  const order = language === "zh" ? (["zh", "en"] as const) : (["en", "zh"] as const);
  return (
    <div className={css.both}>
      {order.map((each) => (
        <p key={each} lang={each === "zh" ? "zh-CN" : "en"}>
          <small>{names[each]}</small>
          {text[each]}
        </p>
      ))}
    </div>
  );
}

export function Understood({ reading }: { reading: Reading }) {
  const { t } = useTranslation();
  if (reading.understood === null) return null;
  return (
    <section className={css.block}>
      <h2 className={css.title}>
        <span className={css.ok}><Icon name="check" size={13} /></span>
        {t("editor.understood")}
      </h2>
      <BothLanguages text={reading.understood} />
    </section>
  );
}

export function Unused({ words }: { words: readonly string[] }) {
  const { t } = useTranslation();
  if (words.length === 0) return null;
  return (
    <p className={css.unused}>
      {t("editor.unused", { count: words.length })}
      {words.map((word, place) => (
        <mark key={place}>{word}</mark>
      ))}
      <span>{t("editor.unused_hint")}</span>
    </p>
  );
}
