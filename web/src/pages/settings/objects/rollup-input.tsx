import { useQuery } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import type { How, ObjectType, RollupDraft } from "@/api/types";
import { isPlain } from "@/components/fields";
import { useLabel } from "@/components/language";
import { Field } from "@/ui/field";

const hows: How[] = ["count", "sum", "min", "max"];
const numbers = new Set(["number", "money", "percent"]);
const dates = new Set(["date", "instant"]);

/** What is gathered of the records that lead here. */
export function RollupInput({ object, rollup, change }: { object: ObjectType; rollup: Partial<RollupDraft>; change: (rollup: Partial<RollupDraft>) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const objects = useQuery(objectsQuery).data?.items ?? [];
  const ways = objects.filter((each) => !each.archived).flatMap((each) => each.fields.filter((field) => isPlain(field) && field.type === "relation" && field.to === object.name).map((field) => ({ from: each, field })));
  const way = ways.find(({ from, field }) => from.name === rollup.object && field.name === rollup.by);
  const how = rollup.how ?? "count";
  const fits = (type: string) => numbers.has(type) || (how !== "sum" && dates.has(type));
  const of = way?.from.fields.filter((field) => isPlain(field) && fits(field.type)) ?? [];
  return (
    <>
      <Field label={t("derived.from")} hint={ways.length === 0 ? t("derived.no_ways") : undefined}>
        {(id, note) => (
          <Select
            id={id}
            aria-describedby={note}
            style={{ width: "100%" }}
            showSearch={{ optionFilterProp: "label" }}
            {...(way === undefined ? {} : { value: `${way.from.name} ${way.field.name}` })}
            options={ways.map(({ from, field }) => ({ value: `${from.name} ${field.name}`, label: t("derived.way", { object: label(from.label), field: label(field.label) }) }))}
            onChange={(chosen: string) => {
              const [from = "", by = ""] = chosen.split(" ");
              change({ ...rollup, object: from, by, how, of: null });
            }}
          />
        )}
      </Field>
      <Field label={t("derived.how")}>
        {(id) => <Select<How> id={id} style={{ width: "100%" }} value={how} options={hows.map((each) => ({ value: each, label: t(`derived.${each}`) }))} onChange={(next) => change({ ...rollup, how: next, of: null })} />}
      </Field>
      {how !== "count" && way && (
        <Field label={t("derived.of")}>
          {(id) => <Select id={id} style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} {...(rollup.of ? { value: rollup.of } : {})} options={of.map((field) => ({ value: field.name, label: label(field.label) }))} onChange={(next: string) => change({ ...rollup, of: next })} />}
        </Field>
      )}
      {way && (
        <Field label={t("derived.only")} hint={t("derived.only_hint")}>
          {(id, note) => <Input id={id} aria-describedby={note} maxLength={2000} spellCheck={false} value={rollup.only ?? ""} onChange={(event) => change({ ...rollup, only: event.target.value })} />}
        </Field>
      )}
    </>
  );
}
