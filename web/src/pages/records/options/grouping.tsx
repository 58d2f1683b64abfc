import { Button, Popover, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Field, GroupBy, Unit } from "@/api/types";
import { useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import { isTime } from "../groups";
import css from "./options.module.css";

const units: readonly Unit[] = ["day", "week", "month", "quarter", "year"];

type ByProps = { fields: readonly Field[]; by: GroupBy | null; change: (by: GroupBy | null) => void; label: string; none?: string };

/** A field to group by and, of days, the stretch of time. */
export function ChooseBy({ fields, by, change, label: named, none }: ByProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const field = fields.find((each) => each.name === by?.field);
  const options = [...(none === undefined ? [] : [{ value: "", label: none }]), ...fields.map((each) => ({ value: each.name, label: label(each.label) }))];
  const choose = (name: string) => {
    const next = fields.find((each) => each.name === name);
    change(next ? { field: next.name, unit: isTime(next) ? "month" : null } : null);
  };
  return (
    <>
      <Select size="small" aria-label={named} showSearch={{ optionFilterProp: "label" }} popupMatchSelectWidth={false} value={by?.field ?? ""} options={options} onChange={choose} />
      {by && field && isTime(field) && (
        <Select size="small" aria-label={t("group.unit")} popupMatchSelectWidth={false} value={by.unit ?? "month"} options={units.map((unit) => ({ value: unit, label: t(`group.unit_${unit}`) }))} onChange={(unit) => change({ ...by, unit })} />
      )}
    </>
  );
}

/** By what a table is grouped, or a board, which always is. */
export function Grouping({ fields, by, change, always = false }: Pick<ByProps, "fields" | "by" | "change"> & { always?: boolean }) {
  const { t } = useTranslation();
  const label = useLabel();
  const field = fields.find((each) => each.name === by?.field);
  const choose = (
    <div className={css.menu} role="group" aria-label={t("group.by")}>
      <ChooseBy fields={fields} by={by} change={change} label={t("group.field")} {...(always ? {} : { none: t("group.none") })} />
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" destroyOnHidden content={choose}>
      <Button size="small" type="text" data-on={field !== undefined} className={css.option ?? ""} icon={<Icon name="group" size={14} />}>{field ? t("group.by_name", { name: label(field.label) }) : t("group.by")}</Button>
    </Popover>
  );
}
