import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { conversionQuery, convertField } from "@/api/objects";
import type { Field as FieldType, Holds, ObjectType } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useFormat, useLabel, useText } from "@/components/language";
import { Running } from "@/components/running";
import { Field } from "@/ui/field";
import { Bones } from "@/ui/parts";
import css from "./objects.module.css";

const plain: Holds[] = ["text", "long_text", "number", "money", "percent", "date", "instant", "bool", "choice", "multi_choice", "tags", "phone", "email", "link", "address"];

/** What a field may hold instead. */
export function convertsTo({ type }: FieldType): Holds[] {
  if (type === "relation") return ["relations"];
  if (type === "relations") return ["relation"];
  return plain.includes(type) ? plain.filter((each) => each !== type) : [];
}

/** Has a field hold something else, having shown what would be lost. */
export function Convert({ object, field, close }: { object: ObjectType; field: FieldType; close: () => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const text = useText();
  const format = useFormat();
  const problem = useProblem();
  const cache = useQueryClient();
  const [holds, setHolds] = useState<Holds | undefined>(undefined);
  const preview = useQuery({ ...conversionQuery(object.name, field.name, { type: holds ?? "" }), enabled: holds !== undefined });
  const begin = useMutation({ mutationFn: () => convertField(object.name, field.name, { type: holds ?? "", choices: preview.data?.choices ?? [] }) });
  const leave = () => {
    void cache.invalidateQueries({ queryKey: ["objects"] });
    close();
  };
  const told = preview.data;
  return (
    <Modal open onCancel={leave} mask={{ closable: begin.data === undefined }} title={t("convert.title", { name: label(field.label) })} footer={null} width={520}>
      {begin.data ? (
        <Running job={begin.data} total={told?.values ?? 0} close={leave} />
      ) : (
        <>
          <p className={css.hint}>{t("convert.hint")}</p>
          <Field label={t("convert.to", { from: t(`field.${field.type}`) })}>
            {(id) => <Select<Holds> id={id} style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} {...(holds === undefined ? {} : { value: holds })} options={convertsTo(field).map((type) => ({ value: type, label: t(`field.${type}`) }))} onChange={setHolds} />}
          </Field>
          {preview.isError && <p role="alert" className={css.wrong}>{problem(preview.error)}</p>}
          {preview.isFetching && <Bones rows={3} label={t("common.loading")} />}
          {told && !preview.isFetching && (
            <div className={css.tried} role="status">
              <p>{t("convert.told", { values: format.number(told.values), kept: format.number(told.kept), lost: format.number(told.lost) })}{!told.complete && ` ${t("convert.partly")}`}</p>
              {told.choices.length > 0 && <p>{t("convert.choices", { choices: told.choices.map(text).join(", ") })}</p>}
              {told.examples.length > 0 && (
                <>
                  <p>{t("convert.lost")}</p>
                  <dl>
                    {told.examples.map((one) => (
                      <div key={one.id}>
                        <dt>{one.title ?? t("records.untitled")}</dt>
                        <dd><s>{one.value}</s></dd>
                      </div>
                    ))}
                  </dl>
                </>
              )}
            </div>
          )}
          {begin.isError && <p role="alert" className={css.wrong}>{problem(begin.error)}</p>}
          <Button block type="primary" danger={(told?.lost ?? 0) > 0} disabled={!told || preview.isFetching} loading={begin.isPending} onClick={() => begin.mutate()}>{t("convert.do")}</Button>
        </>
      )}
    </Modal>
  );
}
