import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { boardQuery } from "@/api/records";
import type { BoardColumn, Field, GroupBy, Labels, ListRequest, ObjectType, RecordRow, ViewColumn } from "@/api/types";
import { useCompany } from "@/components/company";
import { Failed } from "@/components/failed";
import { isPlain, isWritable } from "@/components/fields";
import { useFormat, useLabel } from "@/components/language";
import { Shown } from "@/forms/value";
import { Bones } from "@/ui/parts";
import css from "./board.module.css";
import { usePut } from "./use-put";

const shown_fields = 3;
const most_fields = 8;

/** The fields by whose choices an object's board can stand in columns, the usual one first; none, no board. */
export const boardFields = (object: ObjectType) => object.fields.filter((field) => field.type === "choice" && isPlain(field));

/** By what records stand in columns: the choice by which they are grouped, and otherwise the first that there is. */
export const boardField = (object: ObjectType, group: GroupBy | null) => boardFields(object).find((field) => field.name === group?.field) ?? boardFields(object)[0];

type CardProps = { row: RecordRow; fields: readonly Field[]; /** Of how many of them the values are told. */ most: number; labels: Labels; movable: boolean; opened: boolean; dragged: boolean; open: () => void; drag: (on: boolean) => void };

function Card({ row, fields, most, labels, movable, opened, dragged, open, drag }: CardProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const valued = fields.filter((field) => (row.values[field.name] ?? null) !== null).slice(0, most);
  return (
    <button
      type="button"
      className={css.card}
      data-open={opened}
      data-dragged={dragged}
      draggable={movable && row.writable}
      onClick={open}
      onDragStart={(event) => {
        event.dataTransfer.setData("text/plain", row.id);
        event.dataTransfer.effectAllowed = "move";
        drag(true);
      }}
      onDragEnd={() => drag(false)}
    >
      <strong>{row.title ?? t("records.untitled")}</strong>
      <dl>
        {valued.map((field) => (
          <div key={field.name}>
            <dt>{label(field.label)}</dt>
            <dd><Shown field={field} value={row.values[field.name]} labels={labels} plain /></dd>
          </div>
        ))}
      </dl>
    </button>
  );
}

type ColumnProps = { name: string; column: BoardColumn; fields: readonly Field[]; most: number; labels: Labels; movable: boolean; opened: string | undefined; dragged: string | null; open: (row: RecordRow) => void; drag: (row: RecordRow | null) => void; drop: () => void; all: (() => void) | null };

function Column({ name, column, fields, most, labels, movable, opened, dragged, open, drag, drop, all }: ColumnProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { currency } = useCompany();
  const [over, setOver] = useState(false);
  const rest = column.count - column.items.length;
  return (
    <section
      className={css.column}
      aria-label={name}
      data-over={over && dragged !== null}
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
        <h2>{name}</h2>
        <span>{format.number(column.count)}</span>
        {column.sum !== null && <b>{format.money(column.sum, currency)}</b>}
      </header>
      <div className={css.cards}>
        {column.items.map((row) => (
          <Card key={row.id} row={row} fields={fields} most={most} labels={labels} movable={movable} opened={row.id === opened} dragged={row.id === dragged} open={() => open(row)} drag={(on) => drag(on ? row : null)} />
        ))}
        {rest > 0 && all && <button type="button" className={css.more} onClick={all}>{t("board.more", { count: rest })}</button>}
      </div>
    </section>
  );
}

type Props = { object: ObjectType; by: Field; list: ListRequest; opened: string | undefined; open: (row: RecordRow) => void; only: (choice: number) => void; /** The columns as they were chosen: what cards tell. */ chosen: readonly ViewColumn[] };

/** Records in columns by a choice; a card is dragged to another column, which is taken back from the toast. */
export function Board({ object, by, list, opened, open, only, chosen }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const { put, form } = usePut(object);
  const money = object.fields.find((field) => field.type === "money" && isPlain(field));
  const found = useQuery({ ...boardQuery(object.name, { list, by: by.name, sum: money?.name ?? null }), placeholderData: keepPreviousData });
  const [dragged, setDragged] = useState<RecordRow | null>(null);
  const told = object.fields.filter((field) => !field.archived && field !== by && field !== object.fields[0] && field.type !== "long_text");
  const wanted = chosen.flatMap((column) => told.find((field) => field.name === column.field) ?? []);
  const usual = told.filter((field) => !field.automatic);
  if (found.isPending) return <Bones rows={8} label={t("common.loading")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const drop = (choice: number | null) => {
    if (dragged && (dragged.values[by.name] ?? null) !== choice && !(choice === null && by.required)) put(dragged, by, choice);
    setDragged(null);
  };
  return (
    <div className={css.board}>
      {form}
      {found.data?.columns.map((column) => {
        const choice = by.choices.find((each) => each.number === column.choice);
        return (
          <Column
            key={column.choice ?? "none"}
            name={choice ? label(choice.label) : t("board.none")}
            column={column}
            fields={chosen.length > 0 ? wanted : usual}
            most={chosen.length > 0 ? most_fields : shown_fields}
            labels={found.data.labels}
            movable={isWritable(by)}
            opened={opened}
            dragged={dragged?.id ?? null}
            open={open}
            drag={setDragged}
            drop={() => drop(column.choice)}
            all={column.choice === null ? null : () => only(column.choice ?? 0)}
          />
        );
      })}
    </div>
  );
}
