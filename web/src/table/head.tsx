import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field, Sort } from "@/api/types";
import { useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import { isRight } from "./cell";
import { type Column, narrowest, widest, within } from "./columns";
import css from "./grid.module.css";

const step = 16;

type EdgeProps = { column: Column; label: string; draw: (width: number | null) => void; resize: (width: number) => void };

/** The edge of a column: drawn with the pointer, or moved with the arrow keys. */
function Edge({ column, label, draw, resize }: EdgeProps) {
  const { t } = useTranslation();
  const [from, setFrom] = useState<{ x: number; width: number } | null>(null);
  const drawn = (event: PointerEvent) => (from ? within(from.width + event.clientX - from.x) : column.width);
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const by = event.key === "ArrowRight" ? step : event.key === "ArrowLeft" ? -step : 0;
    if (by === 0) return;
    event.preventDefault();
    resize(within(column.width + by));
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t("columns.width", { name: label })}
      aria-valuenow={column.width}
      aria-valuemin={narrowest}
      aria-valuemax={widest}
      className={css.edge}
      data-drawn={from !== null}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        setFrom({ x: event.clientX, width: column.width });
      }}
      onPointerMove={(event) => from && draw(drawn(event))}
      onPointerUp={(event) => {
        if (!from) return;
        resize(drawn(event));
        draw(null);
        setFrom(null);
      }}
      onPointerCancel={() => {
        draw(null);
        setFrom(null);
      }}
    />
  );
}

type Props = {
  columns: readonly Column[];
  sorts: readonly Sort[];
  /** With `more`, besides the orders that there are. */
  sortBy: (field: Field, more: boolean) => void;
  canSort: (field: Field) => boolean;
  draw: (field: Field, width: number | null) => void;
  resize: (field: Field, width: number) => void;
};

export function Head({ columns, sorts, sortBy, canSort, draw, resize }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  return (
    <div role="row" aria-rowindex={1} className={css.head}>
      {columns.map((column, place) => {
        const { field } = column;
        const at = sorts.findIndex((sort) => sort.field === field.name);
        const sorted = sorts[at];
        return (
          <div
            key={field.name}
            role="columnheader"
            aria-colindex={place + 1}
            aria-sort={sorted ? (sorted.descending ? "descending" : "ascending") : "none"}
            className={css.name}
            style={{ width: column.width, ...(column.left === null ? {} : { "--left": `${column.left}px` }) }}
            data-frozen={column.left !== null}
            data-last={column.last}
            data-first={place === 0}
            data-right={isRight(field)}
            data-sorted={sorted !== undefined}
            data-descending={sorted?.descending}
          >
            <button type="button" tabIndex={-1} disabled={!canSort(field)} title={canSort(field) ? t("sort.hint") : undefined} onClick={(event) => sortBy(field, event.shiftKey)}>
              <span>{label(field.label)}</span>
              {sorted && <Icon name="chevron" size={12} />}
              {sorted && sorts.length > 1 && <small aria-hidden="true">{at + 1}</small>}
            </button>
            <Edge column={column} label={label(field.label)} draw={(width) => draw(field, width)} resize={(width) => resize(field, width)} />
          </div>
        );
      })}
      <div className={css.spare} />
    </div>
  );
}
