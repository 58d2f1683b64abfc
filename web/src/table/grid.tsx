import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Cell, Field, Labels, RecordRow, Sort, ViewColumn } from "@/api/types";
import { GridCell } from "./cell";
import { columnsOf, resized } from "./columns";
import css from "./grid.module.css";
import { Head } from "./head";
import { moved, next, type Place } from "./keys";
import { HeadLine, type Line, RestLine } from "./lines";

const row_height = 40;

type Props = {
  label: string;
  fields: readonly Field[];
  /** The columns as they were chosen; all fields where there are none. */
  chosen: readonly ViewColumn[];
  choose: (columns: ViewColumn[]) => void;
  /** How many columns stay where they are. */
  frozen: number;
  lines: readonly Line[];
  labels: Labels;
  sorts: readonly Sort[];
  sortBy: (field: Field, more: boolean) => void;
  canSort: (field: Field) => boolean;
  opened: string | undefined;
  open: (row: RecordRow) => void;
  canEdit: (row: RecordRow, field: Field) => boolean;
  set: (row: RecordRow, field: Field, value: Cell) => void;
  near: () => void;
};

/** A grid of records that shows what is in view, with one cell that the keyboard is at: arrows move, Enter edits, Escape leaves as it was. */
export function Grid({ label, fields, chosen, choose, frozen, lines, labels, sorts, sortBy, canSort, opened, open, canEdit, set, near }: Props) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<Place | null>(null);
  const [editing, setEditing] = useState(false);
  const [drawn, setDrawn] = useState<{ field: string; width: number } | null>(null);
  const still = columnsOf(fields, chosen, frozen);
  const columns = drawn ? columnsOf(fields, resized(still, chosen, drawn.field, drawn.width), frozen) : still;
  const stays = columns.reduce((sum, column) => (column.left === null ? sum : sum + column.width), 0);
  const view = useVirtualizer({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => row_height, getItemKey: (place) => lines[place]?.key ?? place, overscan: 10, scrollPaddingStart: 34 });
  const shown = view.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= lines.length - 40) near();
  }, [last, lines.length, near]);

  const cellId = (place: Place) => {
    const line = lines[place.row];
    return `${id}-${line?.key}-${line && "row" in line ? place.column : 0}`;
  };
  const go = (place: Place) => {
    setAt(place);
    view.scrollToIndex(place.row, { align: "auto" });
    requestAnimationFrame(() => document.getElementById(cellId(place))?.scrollIntoView({ block: "nearest", inline: "nearest" }));
  };
  const point = (place: Place) => {
    box.current?.focus({ preventScroll: true });
    setEditing(false);
    setAt(place);
  };
  const edit = (row: RecordRow, place: Place) => {
    const column = columns[place.column];
    if (column && canEdit(row, column.field)) setEditing(true);
  };
  /** What a key does in a line; true when it does something. */
  const pressed = (key: string, place: Place): boolean => {
    const [line, field] = [lines[place.row], columns[place.column]?.field];
    if (!line) return false;
    const acts = key === "Enter" || key === " ";
    if ("head" in line) {
      if (!acts && key !== (line.head.open ? "ArrowLeft" : "ArrowRight")) return false;
      line.head.toggle();
    } else if ("rest" in line) {
      if (!acts) return false;
      line.load();
    } else if (key === "Enter" || key === "F2") edit(line.row, place);
    else if (key === " ") open(line.row);
    else if ((key === "Delete" || key === "Backspace") && field && !field.required && canEdit(line.row, field)) set(line.row, field, null);
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (editing || at === null || event.nativeEvent.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
    if (!pressed(event.key, at)) {
      const to = moved(at, event.key, lines.length, columns.length);
      if (!to) return;
      go(to);
    }
    event.preventDefault();
  };
  const leave = (place: Place) => (key: string | null, back: boolean) => {
    setEditing(false);
    if (key === "Tab") go(next(place, back, lines.length, columns.length));
    if (key === "Enter") go({ row: Math.min(lines.length - 1, place.row + 1), column: place.column });
    if (key !== null) box.current?.focus({ preventScroll: true });
  };

  return (
    <div
      ref={box}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={lines.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={at && lines[at.row] ? cellId(at) : undefined}
      className={css.grid}
      style={{ scrollPaddingLeft: stays }}
      onKeyDown={onKeyDown}
      onFocus={(event) => event.target === box.current && at === null && lines.length > 0 && setAt({ row: 0, column: 0 })}
    >
      <Head
        columns={columns}
        sorts={sorts}
        sortBy={sortBy}
        canSort={canSort}
        draw={(field, width) => setDrawn(width === null ? null : { field: field.name, width })}
        resize={(field, width) => choose(resized(still, chosen, field.name, width))}
      />
      <div className={css.body} style={{ height: view.getTotalSize() }}>
        {shown.map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const first = { row: item.index, column: 0 };
          const here = { id: cellId(first), active: at?.row === item.index, point: () => point(first) };
          return (
            <div key={item.key} role="row" aria-rowindex={item.index + 2} className={css.row} data-group={"head" in line} data-open={"row" in line && line.row.id === opened} style={{ transform: `translateY(${item.start}px)` }}>
              {"head" in line && <HeadLine {...here} columns={columns} head={line.head} />}
              {"rest" in line && <RestLine {...here} rest={line.rest} load={line.load} />}
              {"row" in line &&
                columns.map((column, place) => {
                  const cell = { row: item.index, column: place };
                  const active = at?.row === item.index && at.column === place;
                  return (
                    <GridCell
                      key={column.field.name}
                      id={cellId(cell)}
                      field={column.field}
                      row={line.row}
                      labels={labels}
                      column={column}
                      first={place === 0}
                      active={active}
                      editing={active && editing}
                      point={() => point(cell)}
                      edit={() => {
                        setAt(cell);
                        edit(line.row, cell);
                      }}
                      open={() => open(line.row)}
                      take={(value) => set(line.row, column.field, value)}
                      leave={leave(cell)}
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
