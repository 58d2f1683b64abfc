import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { beginBulk, countQuery, undoBatch } from "@/api/records";
import type { BulkAct, Cell, ListRequest, ObjectType } from "@/api/types";
import { useProblem } from "@/components/failed";
import { isGiven } from "@/components/fields";
import { useFormat, useLabel } from "@/components/language";
import { Running } from "@/components/running";
import { Control } from "@/forms/control";
import { Field } from "@/ui/field";
import css from "./records.module.css";

type Props = { object: ObjectType; list: ListRequest; close: () => void };

/** Changes all records of the list: a value, or into the trash, or out of it. */
export function Bulk({ object, list, close }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const format = useFormat();
  const problem = useProblem();
  const fields = object.fields.filter((each) => isGiven(each) && !each.told);
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
                {object.name !== "customer" && <Button danger type="text" loading={begin.isPending && begin.variables === "trash"} onClick={() => begin.mutate("trash")}>{t("bulk.trash", { n })}</Button>}
                <Button type="primary" disabled={field === undefined || (field.required && value === null)} loading={begin.isPending && begin.variables === "change"} onClick={() => begin.mutate("change")}>{t("bulk.change", { n })}</Button>
              </div>
            </>
          )}
        </>
      )}
    </Modal>
  );
}
