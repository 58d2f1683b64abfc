// Groups of records: what they are called, and what they come to.
import { useTranslation } from "react-i18next";
import type { Amounts, Cell, Field, Labels, Unit } from "@/api/types";
import { useCompany } from "@/components/company";
import { isPlain } from "@/components/fields";
import { useFormat, useLabel } from "@/components/language";
import { Shown } from "@/forms/value";

const never = new Set<Field["type"]>(["long_text", "multi_choice", "tags", "relations", "address", "files", "number", "money", "percent"]);
const adds = new Set<Field["type"]>(["number", "money", "percent"]);

export const isTime = (field: Field) => field.type === "date" || field.type === "instant";
export const canGroup = (field: Field) => isPlain(field) && !never.has(field.type);
export const canAdd = (field: Field) => isPlain(field) && adds.has(field.type);

/** What a group is called. */
export function useGroupName() {
  const { t } = useTranslation();
  const label = useLabel();
  const format = useFormat();
  return (field: Field, unit: Unit | null, value: Cell, labels: Labels): string => {
    if (value === null) return t("group.empty");
    if (isTime(field)) return format.period(String(value), unit ?? "month");
    if (field.type === "choice") {
      const choice = field.choices.find((each) => each.number === value);
      return choice ? label(choice.label) : String(value);
    }
    if (field.type === "bool") return t(value === true ? "records.yes" : "records.no");
    if (field.type === "user") return labels[String(value)] ?? t("records.someone");
    if (field.type === "customer" || field.type === "relation") return labels[String(value)] ?? t("records.hidden");
    return String(value);
  };
}

const drawn = new Set<Field["type"]>(["choice", "user"]);

export function GroupTitle({ field, unit, value, labels }: { field: Field; unit: Unit | null; value: Cell; labels: Labels }) {
  const name = useGroupName();
  if (value !== null && drawn.has(field.type)) return <Shown field={field} value={value} labels={labels} plain />;
  return <>{name(field, unit, value, labels)}</>;
}

/** What a field comes to in a group: a sum, of percentages the average. */
export function useSums(fields: readonly Field[]) {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency } = useCompany();
  return ({ sums }: Amounts): Record<string, string> => {
    const said = fields.flatMap((field, place) => {
      const told = sums[place];
      if (!told || told.sum === null) return [];
      if (field.type === "percent") return [[field.name, t("group.average", { value: `${format.short(Number(told.sum) / told.present)} %` })]];
      return [[field.name, field.type === "money" ? format.money(told.sum, currency) : format.decimal(told.sum)]];
    });
    return Object.fromEntries(said) as Record<string, string>;
  };
}
