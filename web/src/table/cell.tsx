import { type KeyboardEvent, useRef, useState } from "react";
import type { Cell, Field, Labels, RecordRow } from "@/api/types";
import { useText } from "@/components/language";
import { Control } from "@/forms/control";
import { type Reading, shown } from "@/forms/value";
import type { Column } from "./columns";
import css from "./grid.module.css";

const right = new Set(["number", "money", "percent"]);
export const isRight = (field: Field) => right.has(field.type);

/** What is chosen is taken at once; what is typed, when one leaves. */
const takenAtOnce = new Set(["choice", "user", "customer", "relation", "bool"]);

/** In these Enter is for what is typed, not for leaving. */
export const keepsEnter = new Set(["long_text", "multi_choice", "tags", "relations"]);

type EditorProps = { field: Field; value: Cell; labels: Labels; take: (value: Cell) => void; /** By which key, or by none since something else has the focus. */ leave: (key: string | null, back: boolean) => void };

function Editor({ field, value, labels, take, leave }: EditorProps) {
  const text = useText();
  const [draft, setDraft] = useState(value);
  const done = useRef(false);
  const pressed = useRef("");
  const end = (key: string | null, back = false, keeps = true) => {
    if (done.current) return;
    done.current = true;
    if (keeps && JSON.stringify(draft) !== JSON.stringify(value)) take(draft);
    leave(key, back);
  };
  const change = (next: Cell) => {
    setDraft(next);
    if (!takenAtOnce.has(field.type)) return;
    done.current = true;
    take(next);
    leave(pressed.current, false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") end("Escape", false, false);
    const isLine = !keepsEnter.has(field.type);
    if ((event.key === "Enter" && isLine && !takenAtOnce.has(field.type)) || event.key === "Tab") {
      event.preventDefault();
      end(event.key, event.shiftKey);
    }
  };
  return (
    <div role="presentation" onKeyDownCapture={(event) => (pressed.current = event.key)} onPointerDownCapture={() => (pressed.current = "")} onKeyDown={onKeyDown} onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && end(null)}>
      <Control field={field} value={draft} labels={labels} change={change} label={text(field.label)} autoFocus open />
    </div>
  );
}

/** Of many cells few say anything of themselves: what is not so is left out, and costs nothing to draw. */
const only = (is: boolean) => is || undefined;

type Props = {
  id: string;
  field: Field;
  row: RecordRow;
  labels: Labels;
  reading: Reading;
  column: Column;
  first: boolean;
  active: boolean;
  editing: boolean;
  point: () => void;
  edit: () => void;
  open: () => void;
  take: (value: Cell) => void;
  leave: (key: string | null, back: boolean) => void;
};

export function GridCell({ id, field, row, labels, reading, column, first, active, editing, point, edit, open, take, leave }: Props) {
  const value = row.values[field.name] ?? null;
  const title = row.title ?? reading.t("records.untitled");
  return (
    <div
      id={active ? id : undefined}
      role="gridcell"
      aria-selected={only(active)}
      className={first ? css.title : css.cell}
      style={{ width: column.width, ...(column.left === null ? {} : { "--left": `${column.left}px` }) }}
      data-frozen={only(column.left !== null)}
      data-last={only(column.last)}
      data-active={only(active)}
      data-editing={only(editing)}
      data-right={only(isRight(field))}
      tabIndex={-1}
      onMouseDown={(event) => {
        if (editing) return;
        event.preventDefault(); // the grid keeps the focus, whatever is scrolled out of view
        point();
      }}
      onDoubleClick={edit}
    >
      {editing && <Editor field={field} value={value} labels={labels} take={take} leave={leave} />}
      {!editing && first && <button type="button" tabIndex={-1} onClick={open}>{title}</button>}
      {!editing && !first && shown(reading, { field, value, labels, plain: true })}
    </div>
  );
}
