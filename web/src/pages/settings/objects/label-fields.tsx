import { Input } from "antd";
import { useTranslation } from "react-i18next";
import type { Text } from "@/api/types";
import { useLanguage } from "@/components/language";
import type { Language } from "@/i18n";
import { Field } from "@/ui/field";

export const blank: Text = { zh: "", en: "" };

/** In the reader's language something must stand; where the other is missing the server lets the one stand for both. */
export const textOf = (label: Text, language: Language): Text => ({ ...label, [language]: label[language].trim() });

/** What several are called in English, where one's name is given; by the rule where it is empty. */
export function PluralField({ label, plural, change }: { label: Text; plural: string; change: (plural: string) => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (language === "zh" && label.en.trim() === "") return null;
  return (
    <Field label={t("objects.plural")} hint={t("objects.plural_hint")}>
      {(id, note) => <Input id={id} aria-describedby={note} maxLength={60} value={plural} onChange={(event) => change(event.target.value)} />}
    </Field>
  );
}

/** A label in the reader's language, and in the other if one likes. */
export function LabelFields({ label, change, error }: { label: Text; change: (label: Text) => void; error?: string | undefined }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const other = language === "zh" ? "en" : "zh";
  return (
    <>
      <Field label={t("settings.name")} error={error}>
        {(id, note) => <Input id={id} aria-describedby={note} autoFocus required maxLength={60} value={label[language]} onChange={(event) => change({ ...label, [language]: event.target.value })} />}
      </Field>
      <Field label={t("objects.other_language")}>
        {(id) => <Input id={id} maxLength={60} value={label[other]} onChange={(event) => change({ ...label, [other]: event.target.value })} />}
      </Field>
    </>
  );
}
