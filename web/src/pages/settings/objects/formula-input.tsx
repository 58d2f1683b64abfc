import { useQuery } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { formulaQuery } from "@/api/objects";
import type { Field as FieldType, ObjectType } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useLabel, useText } from "@/components/language";
import { Shown } from "@/forms/value";
import { Field } from "@/ui/field";
import css from "./objects.module.css";

/** How long after the last letter a formula is tried. */
const quiet_ms = 350;
const computed = new Set<FieldType["type"]>(["text", "long_text", "number", "money", "percent", "date", "instant", "bool", "choice", "multi_choice", "phone", "email", "link", "tags", "address"]);

/** What stands when typing has paused. */
function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), quiet_ms);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}

/** What a formula comes to for the latest records, as it is typed. */
function Tried({ object, formula }: { object: ObjectType; formula: string }) {
  const { t } = useTranslation();
  const text = useText();
  const problem = useProblem();
  const asked = usePaused(formula.trim());
  const tried = useQuery({ ...formulaQuery(object.name, asked), enabled: asked !== "" });
  if (asked === "") return <p className={css.hint}>{t("derived.functions")}</p>;
  if (tried.isError) return <p role="alert" className={css.wrong}>{problem(tried.error)}</p>;
  if (!tried.data) return <p className={css.hint}>{t("common.loading")}</p>;
  const { samples, type } = tried.data;
  const shown: FieldType = { ...(object.fields[0] as FieldType), name: "formula", type, access: "read", choices: [], automatic: true };
  return (
    <div className={css.tried} role="status">
      <p>{t("derived.means", { formula: text(tried.data.formula), type: t(`field.${type}`) })}</p>
      <dl>
        {samples.map((one) => (
          <div key={one.id}>
            <dt>{one.title ?? t("records.untitled")}</dt>
            <dd>{one.value === null ? <span className={css.none}>{t("records.empty")}</span> : <Shown field={shown} value={one.value} labels={{}} plain />}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** A formula over an object's fields, tried as it is typed. */
export function FormulaInput({ object, own, formula, change }: { object: ObjectType; /** The name of the field itself, which it cannot read. */ own: string | null; formula: string; change: (formula: string) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const offered = object.fields.filter((field) => !field.archived && field.name !== own && computed.has(field.type));
  const called = (field: FieldType) => {
    const name = label(field.label);
    const word = object.fields.filter((other) => label(other.label) === name).length > 1 ? field.name : name;
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(word) ? word : `{${word}}`;
  };
  return (
    <>
      <Field label={t("derived.formula")}>
        {(id, note) => <Input.TextArea id={id} aria-describedby={note} required spellCheck={false} autoSize={{ minRows: 2, maxRows: 8 }} maxLength={2000} placeholder={t("derived.formula_hint")} value={formula} onChange={(event) => change(event.target.value)} />}
      </Field>
      <div className={css.insert}>
        <Select<string | null>
          size="small"
          aria-label={t("derived.insert")}
          placeholder={t("derived.insert")}
          showSearch={{ optionFilterProp: "label" }}
          value={null}
          options={offered.map((field) => ({ value: field.name, label: label(field.label) }))}
          onChange={(name) => {
            const field = offered.find((each) => each.name === name);
            if (field) change(`${formula}${formula === "" || /[\s(]$/.test(formula) ? "" : " "}${called(field)}`);
          }}
        />
      </div>
      <Tried object={object} formula={formula} />
    </>
  );
}
