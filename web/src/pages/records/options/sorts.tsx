import { Button, Popover, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Field, Sort } from "@/api/types";
import { useLabel } from "@/components/language";
import { movedTo } from "@/table/columns";
import { Icon } from "@/ui/icon";
import { Quiet } from "@/ui/parts";
import { sorts_limit } from "../search";
import css from "./options.module.css";

type Props = { fields: readonly Field[]; sorts: readonly Sort[]; change: (sorts: readonly Sort[]) => void };

function Choose({ fields, sorts, change }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const named = (name: string) => {
    const field = fields.find((each) => each.name === name);
    return field ? label(field.label) : name;
  };
  const free = fields.filter((field) => !sorts.some((sort) => sort.field === field.name));
  const put = (place: number, sort: Sort) => change(sorts.map((known, at) => (at === place ? sort : known)));
  const option = (field: Field) => ({ value: field.name, label: label(field.label) });
  return (
    <div className={css.menu} role="group" aria-label={t("sort.open")}>
      {sorts.length === 0 && <Quiet>{t("sort.none")}</Quiet>}
      <ul>
        {sorts.map((sort, place) => (
          <li key={sort.field}>
            <Select size="small" className={css.grow ?? ""} aria-label={t("sort.field", { n: place + 1 })} showSearch={{ optionFilterProp: "label" }} value={sort.field} options={[...fields.filter((field) => field.name === sort.field), ...free].map(option)} onChange={(field: string) => put(place, { ...sort, field })} />
            <Button size="small" aria-label={t("sort.turn", { name: named(sort.field) })} onClick={() => put(place, { ...sort, descending: !sort.descending })}>{t(sort.descending ? "sort.descending" : "sort.ascending")}</Button>
            <Button size="small" type="text" disabled={place === 0} aria-label={t("sort.up", { name: named(sort.field) })} icon={<span className={css.up}><Icon name="chevron" size={14} /></span>} onClick={() => change(movedTo(sorts, place, place - 1))} />
            <Button size="small" type="text" aria-label={t("sort.remove", { name: named(sort.field) })} icon={<Icon name="close" size={13} />} onClick={() => change(sorts.filter((known) => known !== sort))} />
          </li>
        ))}
      </ul>
      {sorts.length < sorts_limit && (
        <Select size="small" aria-label={t("sort.add")} placeholder={t("sort.add")} showSearch={{ optionFilterProp: "label" }} value={null} options={free.map(option)} onChange={(field: string | null) => field && change([...sorts, { field, descending: false }])} />
      )}
    </div>
  );
}

/** By which fields a list is ordered. */
export function Sorts(props: Props) {
  const { t } = useTranslation();
  const n = props.sorts.length;
  return (
    <Popover trigger="click" placement="bottomRight" destroyOnHidden content={<Choose {...props} />}>
      <Button size="small" type="text" data-on={n > 0} className={css.option ?? ""} icon={<Icon name="sort" size={14} />}>{n > 1 ? t("sort.n", { n }) : t("sort.open")}</Button>
    </Popover>
  );
}
