import { Button, Input, Popover, Select } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Cell, Field, Is, Labels, Op, Period } from "@/api/types";
import { useLabel, useText } from "../language";
import { Control } from "@/forms/control";
import css from "./filter.module.css";

const ordered = new Set(["number", "money", "percent", "date", "instant"]);
const texts = new Set(["text", "long_text", "phone", "email", "link"]);
const several = new Set(["tags", "relations"]);
const people = ["me", "my_team", "my_teams"] as const;
const units = ["day", "week", "month", "quarter", "year"] as const;

/** How values of a field are compared. */
export function opsOf(field: Field): Op[] {
  const some: Op[] = ["present", "empty"];
  if (texts.has(field.type)) return ["contains", "equal", "not_equal", ...some];
  if (field.type === "tags") return ["one_of", "not_equal", "contains", ...some];
  if (field.type === "relations") return ["one_of", "not_equal", ...some];
  if (field.type === "address" || field.type === "files") return ["contains", ...some];
  if (field.type === "date" || field.type === "instant") return ["this", "last", "next", "at_least", "less", ...some];
  if (ordered.has(field.type)) return ["at_least", "at_most", "more", "less", "equal", ...some];
  if (field.type === "bool") return ["equal"];
  return ["equal", "not_equal", ...some];
}

/** What the value to compare with is typed or chosen as. */
const asked = (field: Field, op: Op): Field["type"] => (field.type === "long_text" || op === "contains" ? "text" : field.type);

const isPeriod = (op: Op) => op === "last" || op === "next" || op === "this";
const isBare = (op: Op) => op === "present" || op === "empty";

/** A condition in words, such as "amount ≥ 5,000". */
export function useSay() {
  const { t } = useTranslation();
  const text = useText();
  const label = useLabel();
  return (field: Field, is: Is, labels: Labels) => {
    const name = label(field.label);
    if (isBare(is.op)) return `${name} ${t(`filter.${is.op}`)}`;
    if (isPeriod(is.op)) {
      const { count = 1, unit } = is.value as Period;
      return is.op === "this" ? `${name} ${t(`filter.this_${unit}`)}` : `${name} ${t(`filter.${is.op}_n`, { n: count, unit: t(`filter.unit_${unit}`) })}`;
    }
    const said = (value: unknown): string => {
      if (Array.isArray(value)) return value.map(said).join(", ");
      if (field.type === "choice" || field.type === "multi_choice") {
        const choice = field.choices.find((each) => each.number === value);
        return choice ? text(choice.label) : String(value);
      }
      if (typeof value === "boolean") return t(value ? "records.yes" : "records.no");
      const person = field.type === "user" && people.find((each) => each === value);
      if (person) return t(`filter.${person}`);
      return labels[String(value)] ?? String(value);
    };
    return `${name} ${t(`filter.${is.op}`)} ${said(is.value)}`;
  };
}

type EditorProps = { fields: readonly Field[]; labels: Labels; start: Is | null; take: (is: Is) => void };

function Editor({ fields, labels, start, take }: EditorProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const [name, setName] = useState(start?.field ?? fields[0]?.name);
  const field = fields.find((each) => each.name === name);
  const [op, setOp] = useState<Op>(start?.op ?? (field ? (opsOf(field)[0] ?? "present") : "present"));
  const [value, setValue] = useState<Is["value"]>(start?.value ?? null);
  if (!field) return null;
  const ops = opsOf(field);
  const chosen = ops.includes(op) ? op : (ops[0] ?? "present");
  const period: Period = typeof value === "object" && value !== null && "unit" in value ? value : { count: 1, unit: "month" };
  const cell = typeof value === "object" && value !== null && "unit" in value ? null : (value ?? null);
  const known = { ...labels, ...Object.fromEntries(people.map((each) => [each, t(`filter.${each}`)])) };
  const ready = isBare(chosen) || isPeriod(chosen) || (cell !== null && cell !== "") || field.type === "bool";
  const done = () => {
    if (isBare(chosen)) return take({ field: field.name, op: chosen });
    if (isPeriod(chosen)) return take({ field: field.name, op: chosen, value: period });
    return take({ field: field.name, op: chosen, value: field.type === "bool" ? cell === true : cell });
  };
  return (
    <form
      className={css.editor}
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation(); // it may stand within another form, as React sees it
        if (ready) done();
      }}
    >
      <label>
        {t("filter.field")}
        <Select
          aria-label={t("filter.field")}
          showSearch={{ optionFilterProp: "label" }}
          value={field.name}
          options={fields.map((each) => ({ value: each.name, label: label(each.label) }))}
          onChange={(next) => {
            setName(next);
            setValue(null);
            const other = fields.find((each) => each.name === next);
            if (other) setOp(opsOf(other)[0] ?? "present");
          }}
        />
      </label>
      <label>
        {t("filter.op")}
        <Select
          aria-label={t("filter.op")}
          value={chosen}
          options={ops.map((each) => ({ value: each, label: t(`filter.${each}`) }))}
          onChange={(next) => {
            setOp(next);
            if (several.has(field.type)) setValue(null); // a list for some, a text for others
          }}
        />
      </label>
      {isPeriod(chosen) && (
        <div className={css.period}>
          {chosen === "this" ? <span /> : <Input type="number" min={1} max={1000} aria-label={t("filter.count")} value={period.count ?? 1} onChange={(event) => setValue({ ...period, count: Number(event.target.value) || 1 })} />}
          <Select aria-label={t("filter.unit")} value={period.unit} options={units.map((unit) => ({ value: unit, label: t(chosen === "this" ? `filter.this_${unit}` : `filter.unit_${unit}`) }))} onChange={(unit) => setValue({ ...period, unit })} />
        </div>
      )}
      {!isPeriod(chosen) && !isBare(chosen) && (
        <>
          <Control key={field.name} field={{ ...field, required: false, type: asked(field, chosen) }} value={cell as Cell} labels={known} change={setValue} label={t("filter.value")} />
          {field.type === "user" && (
            <div className={css.people}>
              {people.map((each) => (
                <Button key={each} size="small" aria-pressed={value === each} onClick={() => take({ field: field.name, op: chosen, value: each })}>{t(`filter.${each}`)}</Button>
              ))}
            </div>
          )}
        </>
      )}
      <Button type="primary" size="small" htmlType="submit" disabled={!ready}>{t("filter.take")}</Button>
    </form>
  );
}

/** Opens an editor for a condition, new or known. */
export function ConditionEditor({ children, ...rest }: EditorProps & { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const take = (is: Is) => {
    setOpen(false);
    rest.take(is);
  };
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" classNames={{ root: css.editing ?? "" }} destroyOnHidden content={<Editor {...rest} take={take} />}>
      {children}
    </Popover>
  );
}
