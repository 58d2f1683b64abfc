import { memo } from "react";
import type { Cell, Field, Labels, RecordRow } from "@/api/types";
import type { Reading } from "@/forms/value";
import { GridCell } from "./cell";
import type { Column } from "./columns";
import type { Place } from "./keys";

export type RowActs = {
  point: (place: Place) => void;
  edit: (row: RecordRow, place: Place) => void;
  open: (row: RecordRow) => void;
  set: (row: RecordRow, field: Field, value: Cell) => void;
  leave: (place: Place, key: string | null, back: boolean) => void;
};

type Props = {
  /** What the ids of its cells begin with. */
  id: string;
  place: number;
  row: RecordRow;
  columns: readonly Column[];
  labels: Labels;
  reading: Reading;
  /** The column that the keyboard is at, when it is in this row. */
  at: number | null;
  editing: boolean;
  acts: RowActs;
};

/** The cells of a record. Drawn again only when something of its own changes: while one scrolls, that is none but the rows that come in. */
export const RowCells = memo(function RowCells({ id, place, row, columns, labels, reading, at, editing, acts }: Props) {
  return columns.map((column, number) => {
    const cell = { row: place, column: number };
    return (
      <GridCell
        key={column.field.name}
        id={`${id}-${number}`}
        field={column.field}
        row={row}
        labels={labels}
        reading={reading}
        column={column}
        first={number === 0}
        active={at === number}
        editing={at === number && editing}
        point={() => acts.point(cell)}
        edit={() => acts.edit(row, cell)}
        open={() => acts.open(row)}
        take={(value) => acts.set(row, column.field, value)}
        leave={(key, back) => acts.leave(cell, key, back)}
      />
    );
  });
});
