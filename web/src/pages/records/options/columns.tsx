import { Button, Checkbox, Popover, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field, ViewColumn } from "@/api/types";
import { useLabel } from "@/components/language";
import { chosenOf, columnsOf, movedTo } from "@/table/columns";
import { Icon } from "@/ui/icon";
import css from "./options.module.css";

const most_frozen = 4;

type Props = { fields: readonly Field[]; chosen: readonly ViewColumn[]; /** How many stay where they are; none where none do. */ frozen: number | null; change: (columns: ViewColumn[], frozen: number) => void };

function Choose({ fields, chosen, frozen: asked, change }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const [dragged, setDragged] = useState<number | null>(null);
  const frozen = asked ?? 0;
  const shown = columnsOf(fields, chosen, frozen).map(({ field }) => field);
  const hidden = fields.filter((field) => !shown.includes(field));
  const show = (next: readonly Field[]) => change(chosenOf(columnsOf(next, [], 0), chosen), frozen);
  const move = (from: number, to: number) => to > 0 && to < shown.length && show(movedTo(shown, from, to));
  return (
    <div className={css.menu} role="group" aria-label={t("columns.title")}>
      <ul>
        {shown.map((field, place) => (
          <li
            key={field.name}
            draggable={place > 0}
            data-dragged={dragged === place}
            onDragStart={(event) => {
              event.dataTransfer.setData("text/plain", field.name);
              event.dataTransfer.effectAllowed = "move";
              setDragged(place);
            }}
            onDragEnd={() => setDragged(null)}
            onDragOver={(event) => dragged !== null && event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged !== null) move(dragged, place);
              setDragged(null);
            }}
          >
            <span className={css.grip} aria-hidden="true">{place > 0 && <Icon name="grip" size={14} />}</span>
            <Checkbox checked disabled={place === 0} title={place === 0 ? t("columns.first") : undefined} onChange={() => show(shown.filter((each) => each !== field))}>{label(field.label)}</Checkbox>
            {place > 0 && (
              <span className={css.moves}>
                <Button size="small" type="text" disabled={place === 1} aria-label={t("columns.up", { name: label(field.label) })} icon={<span className={css.up}><Icon name="chevron" size={14} /></span>} onClick={() => move(place, place - 1)} />
                <Button size="small" type="text" disabled={place === shown.length - 1} aria-label={t("columns.down", { name: label(field.label) })} icon={<Icon name="chevron" size={14} />} onClick={() => move(place, place + 1)} />
              </span>
            )}
          </li>
        ))}
        {hidden.map((field) => (
          <li key={field.name}>
            <span className={css.grip} />
            <Checkbox checked={false} onChange={() => show([...shown, field])}>{label(field.label)}</Checkbox>
          </li>
        ))}
      </ul>
      {asked !== null && <label className={css.row}>
        {t("columns.frozen")}
        <Select size="small" aria-label={t("columns.frozen")} value={Math.max(1, frozen)} options={Array.from({ length: most_frozen }, (_, place) => ({ value: place + 1, label: t("columns.frozen_n", { n: place + 1 }) }))} onChange={(next) => change([...chosen], next)} />
      </label>}
      {(chosen.length > 0 || frozen > 1) && <Button size="small" block onClick={() => change([], 0)}>{t("columns.all")}</Button>}
    </div>
  );
}

/** Which columns there are, and in which order. */
export function Columns(props: Props) {
  const { t } = useTranslation();
  return (
    <Popover trigger="click" placement="bottomRight" destroyOnHidden content={<Choose {...props} />}>
      <Button size="small" type="text" data-on={props.chosen.length > 0 || (props.frozen ?? 0) > 1} className={css.option ?? ""} icon={<Icon name="columns" size={14} />}>{t("columns.open")}</Button>
    </Popover>
  );
}
