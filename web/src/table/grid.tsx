import { type Range, type Virtualizer, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Cell, Field, Labels, RecordRow, Sort, ViewColumn } from "@/api/types";
import { useReading } from "@/forms/value";
import { useDense } from "@/util/preferences";
import { useSameActs } from "./acts";
import { columnsOf, resized } from "./columns";
import css from "./grid.module.css";
import { Head } from "./head";
import { moved, next, type Place } from "./keys";
import { HeadLine, type Line, RestLine } from "./lines";
import { RowCells } from "./row";

/** As `--row` and `--head` say. */
const heights = { dense: { row: 30, head: 28 }, roomy: { row: 40, head: 34 } };
/** Rows that are drawn out of sight on either side; while one scrolls, ahead and behind: ahead as many as come into sight until the next frame. */
const spare_rows = 10;
const ahead_rows = 18;
const behind_rows = 2;
/** How few rows are left below when the next ones are fetched; half of those there are, where that is fewer. */
const near_rows = 200;

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

/** The places of the rows that are drawn for those that are in sight. */
function drawnRows({ startIndex, endIndex, count }: Range, direction: "forward" | "backward" | null): number[] {
  const [above, below] = direction === null ? [spare_rows, spare_rows] : direction === "forward" ? [behind_rows, ahead_rows] : [ahead_rows, behind_rows];
  const first = Math.max(0, startIndex - above);
  return Array.from({ length: Math.min(count - 1, endIndex + below) - first + 1 }, (_, place) => first + place);
}

/** How many elements rows take turns in: as many as were in view at once. One that goes out of view is where the next one comes in. */
function useSlots(shown: number): number {
  const [most, setMost] = useState(shown);
  if (shown > most) setMost(shown);
  return Math.max(shown, most, 1);
}

/** A grid of records that shows what is in view, with one cell that the keyboard is at: arrows move, Enter edits, Escape leaves as it was. */
export function Grid({ label, fields, chosen, choose, frozen, lines, labels, sorts, sortBy, canSort, opened, open, canEdit, set, near }: Props) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<Place | null>(null);
  const [editing, setEditing] = useState(false);
  const [shifted, setShifted] = useState(false);
  const [drawn, setDrawn] = useState<{ field: string; width: number } | null>(null);
  const reading = useReading();
  const still = useMemo(() => columnsOf(fields, chosen, frozen), [fields, chosen, frozen]);
  const columns = useMemo(() => (drawn ? columnsOf(fields, resized(still, chosen, drawn.field, drawn.width), frozen) : still), [fields, still, chosen, frozen, drawn]);
  const stays = columns.reduce((sum, column) => (column.left === null ? sum : sum + column.width), 0);
  const size = { scrollPaddingLeft: stays, "--width": `${columns.reduce((sum, column) => sum + column.width, 0)}px` };
  const height = heights[useDense() ? "dense" : "roomy"];
  const keyOf = useCallback((place: number) => lines[place]?.key ?? place, [lines]);
  const view: Virtualizer<HTMLDivElement, Element> = useVirtualizer<HTMLDivElement, Element>({ count: lines.length, getScrollElement: () => box.current, estimateSize: () => height.row, getItemKey: keyOf, rangeExtractor: (range) => drawnRows(range, view.scrollDirection), scrollPaddingStart: height.head });
  useEffect(() => view.measure(), [view, height]);
  const shown = view.getVirtualItems();
  const slots = useSlots(shown.length);
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= lines.length - Math.min(near_rows, lines.length / 2)) near();
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
  const leave = (place: Place, key: string | null, back: boolean) => {
    setEditing(false);
    if (key === "Tab") go(next(place, back, lines.length, columns.length));
    if (key === "Enter") go({ row: Math.min(lines.length - 1, place.row + 1), column: place.column });
    if (key !== null) box.current?.focus({ preventScroll: true });
  };
  const editAt = (row: RecordRow, place: Place) => {
    setAt(place);
    edit(row, place);
  };
  const acts = useSameActs({ point, edit: editAt, open, set, leave });

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
      style={size}
      data-shifted={shifted}
      onScroll={(event) => setShifted(event.currentTarget.scrollLeft > 0)}
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
          const slot = editing && at?.row === item.index ? "edited" : item.index % slots; // what is edited stays, however many come into view
          const here = { id: cellId(first), active: at?.row === item.index, point: () => point(first) };
          return (
            <div key={slot} role="row" aria-rowindex={item.index + 2} className={css.row} data-group={"head" in line || undefined} data-open={("row" in line && line.row.id === opened) || undefined} style={{ top: item.start }}>
              {"head" in line && <HeadLine {...here} columns={columns} head={line.head} />}
              {"rest" in line && <RestLine {...here} rest={line.rest} load={line.load} />}
              {"row" in line && (
                <RowCells
                  id={`${id}-${line.key}`}
                  place={item.index}
                  row={line.row}
                  columns={columns}
                  labels={labels}
                  reading={reading}
                  at={at?.row === item.index ? at.column : null}
                  editing={at?.row === item.index && editing}
                  acts={acts}
                />
              )}
              <div className={css.spare} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
