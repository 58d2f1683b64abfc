import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Modal, Progress, Select } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { beginBulk, countQuery, jobQuery, stopJob, undoBatch } from "@/api/records";
import type { BulkAct, Cell, Job, ListRequest, ObjectType } from "@/api/types";
import { useProblem } from "@/components/failed";
import { isWritable } from "@/components/fields";
import { useFormat, useLabel, useText } from "@/components/language";
import { Control } from "@/forms/control";
import { Field } from "@/ui/field";
import css from "./records.module.css";

type Props = { object: ObjectType; list: ListRequest; close: () => void };

/** How far a job is, with a way to stop it, and back once it has ended. */
function Running({ job, total, undo, close }: { job: Job; total: number; undo: (batch: string) => void; close: () => void }) {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  const cache = useQueryClient();
  const told = useQuery({ ...jobQuery(job.id), initialData: job }).data;
  useEffect(() => {
    if (told.ended) void cache.invalidateQueries({ queryKey: ["records"] });
  }, [told.ended, cache]);
  const percent = told.ended && !told.stopped ? 100 : Math.min(99, Math.round((100 * told.seen) / Math.max(1, total)));
  const { batch } = told;
  return (
    <div className={css.running} role="status">
      <Progress percent={percent} status={told.failed ? "exception" : told.ended ? "success" : "active"} />
      <p>{t("bulk.told", { changed: format.number(told.changed), left: format.number(told.left) })}</p>
      {told.lacking && <p role="status" className={css.hint}>{text(told.lacking)}</p>}
      {told.failed && <p role="alert" style={{ color: "var(--red)" }}>{text(told.failed)}</p>}
      <div className={css.buttons}>
        {!told.ended && <Button onClick={() => void stopJob(job.id)}>{t("bulk.stop")}</Button>}
        {told.ended && batch !== null && <Button onClick={() => undo(batch)}>{t("records.undo")}</Button>}
        {told.ended && <Button type="primary" onClick={close}>{t("bulk.close")}</Button>}
      </div>
    </div>
  );
}

/** Changes all records of the list: a value, or into the trash, or out of it. */
export function Bulk({ object, list, close }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const format = useFormat();
  const problem = useProblem();
  const fields = object.fields.filter(isWritable);
  const [name, setName] = useState<string | undefined>((fields[1] ?? fields[0])?.name);
  const [value, setValue] = useState<Cell>(null);
  const count = useQuery(countQuery(object.name, list)).data?.count;
  const begin = useMutation({
    mutationFn: (act: BulkAct) => beginBulk(object.name, { list, act, ...(act === "change" && name !== undefined ? { values: { [name]: value } } : {}) }),
  });
  const back = useMutation({ mutationFn: undoBatch });
  const field = fields.find((each) => each.name === name);
  const job = back.data ?? begin.data;
  const failed = back.error ?? begin.error;
  const n = count === undefined ? "…" : format.count(count);
  return (
    <Modal open onCancel={close} mask={{ closable: job === undefined }} title={t("bulk.title", { n })} footer={null} width={460}>
      {failed && <p role="alert" style={{ color: "var(--red)", marginBottom: 12 }}>{problem(failed)}</p>}
      {job && <Running key={job.id} job={job} total={count ?? 0} undo={(batch) => back.mutate(batch)} close={close} />}
      {!job && (
        <>
          <p className={css.hint}>{t("bulk.hint")}</p>
          {list.trashed ? (
            <Button block type="primary" loading={begin.isPending} onClick={() => begin.mutate("restore")}>{t("bulk.restore", { n })}</Button>
          ) : (
            <>
              <Field label={t("filter.field")}>
                {(id) => (
                  <Select
                    id={id}
                    style={{ width: "100%" }}
                    showSearch={{ optionFilterProp: "label" }}
                    {...(name === undefined ? {} : { value: name })}
                    options={fields.map((each) => ({ value: each.name, label: label(each.label) }))}
                    onChange={(next) => {
                      setName(next);
                      setValue(null);
                    }}
                  />
                )}
              </Field>
              {field && <Field label={t("bulk.value")} hint={value === null ? t("bulk.empties") : undefined}>{(id, note) => <Control key={field.name} id={id} describedBy={note} field={field} value={value} labels={{}} change={setValue} />}</Field>}
              <div className={css.buttons}>
                <Button danger type="text" loading={begin.isPending && begin.variables === "trash"} onClick={() => begin.mutate("trash")}>{t("bulk.trash", { n })}</Button>
                <Button type="primary" disabled={field === undefined || (field.required && value === null)} loading={begin.isPending && begin.variables === "change"} onClick={() => begin.mutate("change")}>{t("bulk.change", { n })}</Button>
              </div>
            </>
          )}
        </>
      )}
    </Modal>
  );
}
