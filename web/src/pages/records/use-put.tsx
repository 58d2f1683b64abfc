import { useQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { recordQuery } from "@/api/records";
import type { Cell, Field as FieldType, ObjectType, RecordRow, Values } from "@/api/types";
import { isWritable } from "@/components/fields";
import { useLabel } from "@/components/language";
import { Control } from "@/forms/control";
import { Field } from "@/ui/field";
import { FileField } from "./attachments/field";
import { lackingOf } from "./lacking";
import css from "./records.module.css";
import { useSet } from "./use-change";

type Asked = { row: RecordRow; field: FieldType; value: Cell; lacking: FieldType[] };

/** Asks for what a choice wants before a record is put at it. */
function Ask({ object, asked, close, put }: { object: ObjectType; asked: Asked; close: () => void; put: (more: Values) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const [values, setValues] = useState<Values>({});
  const { row, field, value, lacking } = asked;
  const choice = field.choices.find((each) => each.number === value);
  const now = useQuery(recordQuery(object.name, row.id)).data?.record.values ?? row.values; // files are put in while one is asked
  const valueOf = (each: FieldType) => (each.type === "files" ? now : values)[each.name] ?? null;
  const ready = lacking.every((each) => valueOf(each) !== null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) put(values);
  };
  return (
    <Modal open onCancel={close} title={t("wanted.title", { name: row.title ?? t("records.untitled"), choice: choice ? label(choice.label) : "" })} footer={null} width={420}>
      <p className={css.hint}>{t("wanted.hint")}</p>
      <form onSubmit={submit}>
        {lacking.map((each, place) => (
          <Field key={each.name} label={`${label(each.label)} *`}>
            {(id, note) => each.type === "files" ? <FileField object={object} field={each} row={row} value={valueOf(each)} /> : <Control id={id} describedBy={note} field={each} value={valueOf(each)} labels={{}} change={(next) => setValues((old) => ({ ...old, [each.name]: next }))} autoFocus={place === 0} />}
          </Field>
        ))}
        <div className={css.buttons}>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" disabled={!ready}>{t("records.save")}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** Sets a value as `useSet` does; what its choice wants is asked for first, in a form to be drawn. */
export function usePut(object: ObjectType): { put: (row: RecordRow, field: FieldType, value: Cell) => void; form: ReactNode } {
  const set = useSet(object);
  const [asked, setAsked] = useState<Asked | null>(null);
  const put = (row: RecordRow, field: FieldType, value: Cell) => {
    const lacking = lackingOf(object, row, field, value).filter(isWritable);
    if (lacking.length > 0) setAsked({ row, field, value, lacking });
    else set.mutate({ row, field, value });
  };
  const fill = (more: Values) => {
    if (asked) set.mutate({ row: asked.row, field: asked.field, value: asked.value, more });
    setAsked(null);
  };
  return { put, form: asked && <Ask object={object} asked={asked} close={() => setAsked(null)} put={fill} /> };
}
