import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Drawer, Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { recordQuery } from "@/api/records";
import type { Cell, Field, Labels, ObjectType, RecordRow } from "@/api/types";
import { Failed } from "@/components/failed";
import { isMasked, isPlain, isSaid, isTold, isWritable } from "@/components/fields";
import { useFormat, useLabel, useText } from "@/components/language";
import { useRemembered } from "@/components/recent";
import { useMay } from "@/components/rights";
import { Star } from "@/components/star";
import { Control } from "@/forms/control";
import { Shown } from "@/forms/value";
import { useTalk } from "@/i18n/talk";
import { keepsEnter } from "@/table/cell";
import { Icon } from "@/ui/icon";
import { Bones, Empty, Unseen } from "@/ui/parts";
import { usePhone } from "@/util/preferences";
import { Attachments } from "./attachments";
import { FileField } from "./attachments/field";
import { Follow } from "./follow";
import { Masked } from "./masked";
import css from "./records.module.css";
import { Shares } from "./shares";
import { Timeline } from "./timeline";
import { useTrash } from "./use-change";
import { usePut } from "./use-put";
import { WhySeen } from "./why-seen";

type LineProps = { object: ObjectType; field: Field; row: RecordRow; labels: Labels; set: (value: Cell) => void };

/** A field of the panel: read until it is clicked, then written. */
function Line({ object, field, row, labels, set }: LineProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const [draft, setDraft] = useState<Cell | undefined>(undefined);
  const value = row.values[field.name] ?? null;
  const name = label(field.label);
  const take = (next: Cell) => {
    setDraft(undefined);
    if (JSON.stringify(next) !== JSON.stringify(value)) set(next);
  };
  const atOnce = ["choice", "user", "customer", "relation", "bool"].includes(field.type);
  const shown = value === null ? <span className={css.empty}>{t("records.empty")}</span> : <Shown field={field} value={value} labels={labels} />;
  const isLink = ["customer", "relation", "relations", "link", "email", "phone"].includes(field.type) && value !== null;
  if (field.type === "files" && isPlain(field) && (value !== null || (row.writable && isWritable(field)))) {
    return (
      <div className={css.field}>
        <span>{name}</span>
        <FileField object={object} field={field} row={row} value={value} />
      </div>
    );
  }
  const edit = <Button size="small" type="text" aria-label={t("records.edit", { name })} icon={<Icon name="note" size={14} />} onClick={() => setDraft(isMasked(field) ? null : value)} />;
  if (draft === undefined && (!row.writable || !isWritable(field))) {
    const read = isMasked(field) && value !== null ? <Masked key={`${row.version} ${String(value)}`} object={object.name} row={row} field={field} /> : <div className={css.value}>{shown}</div>;
    return (
      <div className={css.field}>
        <span>{name}</span>
        {row.writable && isSaid(field) ? <div className={css.under}>{read}{edit}</div> : read}
      </div>
    );
  }
  return (
    <div className={css.field}>
      <span>{name}</span>
      {draft === undefined && field.type !== "bool" ? (
        isLink ? (
          <div className={css.under}>
            <div className={css.value}>{shown}</div>
            {edit}
          </div>
        ) : (
          <button type="button" className={css.value} onClick={() => setDraft(value)}>
            <Unseen>{t("records.edit", { name })} </Unseen>
            {shown}
          </button>
        )
      ) : (
        <div
          role="presentation"
          className={field.type === "bool" ? css.value : undefined}
          onBlur={(event) => draft !== undefined && !atOnce && !event.currentTarget.contains(event.relatedTarget) && take(draft)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.stopPropagation();
              setDraft(undefined);
            }
            if (event.key === "Enter" && !event.nativeEvent.isComposing && draft !== undefined && !atOnce && !keepsEnter.has(field.type)) take(draft);
          }}
        >
          <Control field={field} value={draft === undefined ? value : draft} labels={labels} label={name} autoFocus={field.type !== "bool"} open={field.type !== "bool"} change={(next) => (atOnce ? take(next) : setDraft(next))} />
        </div>
      )}
    </div>
  );
}

/** What a record holds, and its way into the trash. */
export function Values({ object, row, labels }: { object: ObjectType; row: RecordRow; labels: Labels }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { put, form } = usePut(object);
  const trash = useTrash(object);
  const fields = object.fields.filter(isTold);
  const changed = row.values.changed_at;
  return (
    <>
      {form}
      <div className={css.fields}>
        {fields.map((field) => (
          <Line key={field.name} object={object} field={field} row={row} labels={labels} set={(value) => put(row, field, value)} />
        ))}
      </div>
      <div className={css.under}>
        <span>{row.version > 0 && typeof changed === "string" && t("records.changed_by", { name: row.changed_by === "local" ? t("audit.local") : row.changed_by, time: format.full(changed) })}</span>
        {row.trashed_at !== null && <Button size="small" onClick={() => trash.mutate({ row, trashed: false })}>{t("records.restore")}</Button>}
        {row.writable && row.customer === null && <Button size="small" type="text" danger icon={<Icon name="trash" size={14} />} onClick={() => trash.mutate({ row, trashed: true })}>{t("records.trash")}</Button>}
      </div>
    </>
  );
}

/** What is kept with a record, and who sees it. */
export function Around({ object, row }: { object: ObjectType; row: RecordRow }) {
  const may = useMay();
  return (
    <>
      <Attachments object={object} row={row} />
      <Shares object={object.name} row={row} />
      {may("people.manage") && <WhySeen object={object.name} id={row.id} />}
    </>
  );
}

/** What a record holds, and what is done with it as a whole. */
export function Fields({ object, row, labels }: { object: ObjectType; row: RecordRow; labels: Labels }) {
  return (
    <>
      <Values object={object} row={row} labels={labels} />
      <Around object={object} row={row} />
    </>
  );
}

function Tools({ object, row, name }: { object: string; row: RecordRow; name: string }) {
  const talk = useTalk();
  const { id, customer } = row;
  const page = { className: css.whole, "aria-label": talk("open"), title: talk("open"), children: <Icon name="expand" size={14} /> };
  return (
    <span className={css.marks}>
      <Follow object={object} id={id} />
      <Star object={object} record={id} name={name} />
      {customer === null ? <Link to="/o/$object/$id" params={{ object, id }} search={{}} {...page} /> : <Link to="/customers/$id" params={{ id: customer }} search={{}} {...page} />}
    </span>
  );
}

/** A record beside the list. */
export function Panel({ object, id, close }: { object: ObjectType; id: string; close: () => void }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const text = useText();
  const phone = usePhone();
  const [view, setView] = useState<"fields" | "timeline">("fields");
  const found = useQuery(recordQuery(object.name, id));
  useRemembered({ object: object.name, id: found.data?.record.customer ?? id }, found.data !== undefined);
  const missing = found.error instanceof ApiError && found.error.status === 404;
  return (
    <Drawer open onClose={close} mask={false} size={480} rootClassName={css.beside ?? ""} closeIcon={<Icon name={phone ? "back" : "close"} size={16} />} extra={found.data && !missing && <Tools object={object.name} row={found.data.record} name={found.data.record.title ?? t("records.untitled")} />} title={found.data ? (found.data.record.title ?? t("records.untitled")) : text(object.label)}>
      {missing && <Empty icon="question" title={t("records.missing")} hint={t("records.missing_hint")} />}
      {found.isError && !missing && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Bones rows={10} label={t("common.loading")} />}
      {found.data && !missing && (
        <div className={css.panel}>
          <Segmented block value={view} options={[{ value: "fields", label: t("records.view_fields") }, { value: "timeline", label: talk("view") }]} onChange={(next) => setView(next as "fields" | "timeline")} />
          {view === "fields" ? <Fields object={object} row={found.data.record} labels={found.data.labels} /> : <Timeline object={object} row={found.data.record} labels={found.data.labels} />}
        </div>
      )}
    </Drawer>
  );
}
