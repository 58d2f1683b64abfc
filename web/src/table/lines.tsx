// What stands in a grid besides records: the heads of groups, and what is still to be fetched.
import type { MouseEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { RecordRow } from "@/api/types";
import { useFormat } from "@/components/language";
import { Icon } from "@/ui/icon";
import type { Column } from "./columns";
import css from "./grid.module.css";

export type GroupHead = {
  /** What it is called, for readers of the screen. */
  name: string;
  title: ReactNode;
  count: number;
  /** What a column comes to, by its field's name. */
  sums: Record<string, string>;
  open: boolean;
  toggle: () => void;
};

/** A line of a grid. */
export type Line = { key: string } & ({ row: RecordRow } | { head: GroupHead } | { rest: number | null; load: () => void });

type Props = { id: string; columns: readonly Column[]; active: boolean; point: () => void };

/** The grid keeps the focus. */
const held = (point: () => void) => (event: MouseEvent) => {
  event.preventDefault();
  point();
};

export function HeadLine({ id, columns, active, point, head }: Props & { head: GroupHead }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { name, title, count, sums, open, toggle } = head;
  return columns.map((column, place) => (
    <div
      key={column.field.name}
      {...(place === 0 ? { id } : {})}
      role="gridcell"
      tabIndex={-1}
      aria-selected={place === 0 && active}
      className={place === 0 ? css.group : css.sum}
      style={{ width: column.width, ...(column.left === null ? {} : { "--left": `${column.left}px` }) }}
      data-frozen={column.left !== null}
      data-last={column.last}
      data-active={place === 0 && active}
      onMouseDown={held(point)}
    >
      {place === 0 ? (
        <button type="button" tabIndex={-1} aria-expanded={open} aria-label={t(open ? "group.close" : "group.open", { name })} onClick={toggle}>
          <Icon name="chevron" size={14} />
          <strong>{title}</strong>
          <small>{format.number(count)}</small>
        </button>
      ) : (
        sums[column.field.name]
      )}
    </div>
  ));
}

export function RestLine({ id, active, point, rest, load }: Omit<Props, "columns"> & { rest: number | null; load: () => void }) {
  const { t } = useTranslation();
  return (
    <div id={id} role="gridcell" tabIndex={-1} aria-selected={active} className={css.rest} data-active={active} onMouseDown={held(point)}>
      {rest === null ? <span role="status">{t("common.loading")}</span> : <button type="button" tabIndex={-1} onClick={load}>{t("group.more", { count: rest })}</button>}
    </div>
  );
}
