import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { addRecord } from "@/api/records";
import { sessionQuery } from "@/api/session";
import type { ObjectType, RecordDetail, Values } from "@/api/types";
import { useProblem } from "@/components/failed";
import { isSaid } from "@/components/fields";
import { useLabel, useText } from "@/components/language";
import { Control } from "@/forms/control";
import { Field } from "@/ui/field";
import { ChosenFiles } from "./attachments/chosen";
import { begin } from "./attachments/uploads";
import css from "./records.module.css";
import { SimilarRecords } from "./similar";

type Props = { object: ObjectType; /** What is filled in to begin with. */ start: Values; close: () => void; added: (detail: RecordDetail) => void };

export function NewRecord({ object, start, close, added }: Props) {
  const { t } = useTranslation();
  const text = useText();
  const label = useLabel();
  const problem = useProblem();
  const cache = useQueryClient();
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user;
  const fields = object.fields.filter(isSaid);
  const [values, setValues] = useState<Values>(user && fields.some((field) => field.name === "owner") ? { owner: user.id, ...start } : start);
  const [files, setFiles] = useState<Record<string, File[]>>({});
  const add = useMutation({
    mutationFn: () => addRecord(object.name, values),
    onSuccess: (detail) => {
      void cache.invalidateQueries({ queryKey: ["records", object.name] });
      for (const [field, chosen] of Object.entries(files)) begin(cache, object.name, detail.record.id, chosen, field);
      added(detail);
    },
  });
  const at = add.error instanceof ApiError ? add.error.field : null;
  const known = fields.some((field) => field.name === at);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const labels = user ? { [user.id]: user.name } : {};
  return (
    <Drawer open onClose={close} title={t("records.new", { name: text(object.label) })} size={480}>
      <form className={css.form} onSubmit={submit}>
        {fields.map((field, place) => (
          <Field key={field.name} label={field.required ? `${label(field.label)} *` : label(field.label)} error={add.isError && at === field.name ? problem(add.error) : undefined}>
            {(id, note) => field.type === "files" ? <ChosenFiles id={id} name={label(field.label)} files={files[field.name] ?? []} change={(chosen) => setFiles((old) => ({ ...old, [field.name]: chosen }))} /> : <Control id={id} describedBy={note} field={field} value={values[field.name] ?? null} labels={labels} change={(value) => setValues((old) => ({ ...old, [field.name]: value }))} autoFocus={place === 0} />}
          </Field>
        ))}
        <SimilarRecords object={object} values={values} />
        {add.isError && !known && <p role="alert" style={{ color: "var(--red)" }}>{problem(add.error)}</p>}
        <div className={css.buttons}>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={add.isPending}>{t("records.save")}</Button>
        </div>
      </form>
    </Drawer>
  );
}
