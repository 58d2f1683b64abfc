import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Field, RecordRow } from "@/api/types";
import { useCompany } from "@/components/company";
import { useFormat } from "@/components/language";
import { localOf } from "@/util/zoned";
import { Icon } from "@/ui/icon";
import css from "./calendar.module.css";

const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

type EntryProps = { row: RecordRow; field: Field; hue: Field | undefined; movable: boolean; opened: boolean; open: () => void; drag: (on: boolean) => void; move: (days: number) => void };

/** A record on its day. */
function Entry({ row, field, hue, movable, opened, open, drag, move }: EntryProps) {
  const { t } = useTranslation();
  const { zone } = useCompany();
  const choice = hue && row.values[hue.name];
  const value = row.values[field.name];
  const canMove = movable && row.writable;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (!event.altKey || step === undefined || !canMove) return;
    event.preventDefault();
    move(step);
  };
  return (
    <button
      type="button"
      id={`on-day-${row.id}`}
      className={css.entry}
      data-hue={typeof choice === "number" ? choice % 6 : undefined}
      data-open={opened}
      draggable={canMove}
      onClick={open}
      onKeyDown={onKeyDown}
      onDragStart={(event) => {
        event.dataTransfer.setData("text/plain", row.id);
        event.dataTransfer.effectAllowed = "move";
        drag(true);
      }}
      onDragEnd={() => drag(false)}
    >
      {field.type === "instant" && typeof value === "string" && <time dateTime={value}>{localOf(value, zone).slice(11)}</time>}
      <span>{row.title ?? t("records.untitled")}</span>
    </button>
  );
}

type Props = {
  day: string;
  /** Whether it is in the month that is seen. */
  inside: boolean;
  today: boolean;
  rows: readonly RecordRow[];
  /** How many records are on it that are not drawn. */
  more: number;
  field: Field;
  hue: Field | undefined;
  movable: boolean;
  opened: string | undefined;
  open: (row: RecordRow) => void;
  drag: (row: RecordRow | null) => void;
  drop: () => void;
  move: (row: RecordRow, days: number) => void;
  all: () => void;
  add: (() => void) | null;
};

/** A day with its records. */
export function Day({ day, inside, today, rows, more, field, hue, movable, opened, open, drag, drop, move, all, add }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [over, setOver] = useState(false);
  const named = format.date(day);
  return (
    <section
      className={css.day}
      aria-label={named}
      aria-current={today ? "date" : undefined}
      data-inside={inside}
      data-today={today}
      data-over={over}
      data-empty={rows.length === 0 && more <= 0}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        drop();
      }}
    >
      <header>
        <h3>
          <b>{Number(day.slice(8))}</b>
          <span>{`${format.dayNear(day)} ${format.weekday(day)}`}</span>
        </h3>
        {add && (
          <button type="button" className={css.add} aria-label={t("calendar.add", { day: named })} onClick={add}>
            <Icon name="plus" size={13} />
          </button>
        )}
      </header>
      {rows.map((row) => (
        <Entry key={row.id} row={row} field={field} hue={hue} movable={movable} opened={row.id === opened} open={() => open(row)} drag={(on) => drag(on ? row : null)} move={(days) => move(row, days)} />
      ))}
      {more > 0 && <button type="button" className={css.more} aria-label={t("calendar.more_of", { day: named, count: more })} onClick={all}>{t("calendar.more", { count: more })}</button>}
    </section>
  );
}
