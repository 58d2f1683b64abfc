import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Cell, Field, Labels, RecordRow, Sort } from "@/api/types";
import { useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import { GridCell, isRight } from "./cell";
import css from "./grid.module.css";
import { moved, next, type Place } from "./keys";

const row_height = 40;
const widths: Partial<Record<Field["type"], number>> = { text: 200, long_text: 260, money: 140, number: 110, percent: 90, date: 130, instant: 170, bool: 80, multi_choice: 190, email: 200, link: 200 };
const title_width = 240;
const widthOf = (field: Field, place: number) => (place === 0 ? title_width : (widths[field.type] ?? 150));

type Props = {
  label: string;
  fields: readonly Field[];
  rows: readonly RecordRow[];
  labels: Labels;
  /** How many there are, as far as it is known, for readers of the screen. */
  total: number;
  sort: Sort | undefined;
  sortBy: (field: Field) => void;
  canSort: (field: Field) => boolean;
  opened: string | undefined;
  open: (row: RecordRow) => void;
  canEdit: (row: RecordRow, field: Field) => boolean;
  set: (row: RecordRow, field: Field, value: Cell) => void;
  near: () => void;
};

function Head({ fields, sort, sortBy, canSort }: Pick<Props, "fields" | "sort" | "sortBy" | "canSort">) {
  const label = useLabel();
  return (
    <div role="row" aria-rowindex={1} className={css.head}>
      {fields.map((field, place) => {
        const sorted = sort?.field === field.name;
        return (
          <div
            key={field.name}
            role="columnheader"
            aria-colindex={place + 1}
            aria-sort={sorted ? (sort.descending ? "descending" : "ascending") : "none"}
            className={css.name}
            style={{ width: widthOf(field, place) }}
            data-first={place === 0}
            data-right={isRight(field)}
            data-sorted={sorted}
            data-descending={sorted && sort.descending}
          >
            <button type="button" tabIndex={-1} disabled={!canSort(field)} onClick={() => sortBy(field)}>
              {label(field.label)}
              {sorted && <Icon name="chevron" size={12} />}
            </button>
          </div>
        );
      })}
      <div className={css.spare} />
    </div>
  );
}

/** A grid of records that shows what is in view, with one cell that the keyboard is at: arrows move, Enter edits, Escape leaves as it was. */
export function Grid({ label, fields, rows, labels, total, sort, sortBy, canSort, opened, open, canEdit, set, near }: Props) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<Place | null>(null);
  const [editing, setEditing] = useState(false);
  const view = useVirtualizer({ count: rows.length, getScrollElement: () => box.current, estimateSize: () => row_height, getItemKey: (place) => rows[place]?.id ?? place, overscan: 10, scrollPaddingStart: 34 });
  const shown = view.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - 40) near();
  }, [last, rows.length, near]);

  const cellId = (place: Place) => `${id}-${rows[place.row]?.id}-${place.column}`;
  const go = (place: Place) => {
    setAt(place);
    view.scrollToIndex(place.row, { align: "auto" });
    requestAnimationFrame(() => document.getElementById(cellId(place))?.scrollIntoView({ block: "nearest", inline: "nearest" }));
  };
  const edit = (place: Place) => {
    const [row, field] = [rows[place.row], fields[place.column]];
    if (row && field && canEdit(row, field)) setEditing(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (editing || at === null || event.nativeEvent.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
    const [row, field] = [rows[at.row], fields[at.column]];
    const to = moved(at, event.key, rows.length, fields.length);
    if (to) go(to);
    else if (event.key === "Enter" || event.key === "F2") edit(at);
    else if (event.key === " " && row) open(row);
    else if ((event.key === "Delete" || event.key === "Backspace") && row && field && !field.required && canEdit(row, field)) set(row, field, null);
    else return;
    event.preventDefault();
  };
  const leave = (place: Place) => (key: string | null, back: boolean) => {
    setEditing(false);
    if (key === "Tab") go(next(place, back, rows.length, fields.length));
    if (key === "Enter") go({ row: Math.min(rows.length - 1, place.row + 1), column: place.column });
    if (key !== null) box.current?.focus({ preventScroll: true });
  };

  return (
    <div
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={fields.length}
      aria-activedescendant={at && rows[at.row] ? cellId(at) : undefined}
      className={css.grid}
      onKeyDown={onKeyDown}
      onFocus={(event) => event.target === box.current && at === null && rows.length > 0 && setAt({ row: 0, column: 0 })}
    >
      <Head fields={fields} sort={sort} sortBy={sortBy} canSort={canSort} />
      <div className={css.body} style={{ height: view.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div key={item.key} role="row" aria-rowindex={item.index + 2} className={css.row} data-open={row.id === opened} style={{ transform: `translateY(${item.start}px)` }}>
              {fields.map((field, column) => {
                const place = { row: item.index, column };
                const active = at?.row === item.index && at.column === column;
                return (
                  <GridCell
                    key={field.name}
                    id={cellId(place)}
                    field={field}
                    row={row}
                    labels={labels}
                    width={widthOf(field, column)}
                    first={column === 0}
                    active={active}
                    editing={active && editing}
                    point={() => {
                      box.current?.focus({ preventScroll: true });
                      setEditing(false);
                      setAt(place);
                    }}
                    edit={() => {
                      setAt(place);
                      edit(place);
                    }}
                    open={() => open(row)}
                    take={(value) => set(row, field, value)}
                    leave={leave(place)}
                  />
                );
              })}
              <div className={css.spare} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
