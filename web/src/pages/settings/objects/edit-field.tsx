import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { addField, changeField, objectsQuery } from "@/api/objects";
import type { Field as FieldType, FieldChange, FieldDraft, Holds, ObjectType, RollupDraft, Text } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useLabel, useLanguage } from "@/components/language";
import { Field } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Convert, convertsTo } from "./convert";
import { FormulaInput } from "./formula-input";
import css from "./objects.module.css";
import { blank, LabelFields, textOf } from "./label-fields";
import { RollupInput } from "./rollup-input";

const types: Holds[] = ["text", "long_text", "number", "money", "percent", "date", "instant", "bool", "choice", "multi_choice", "user", "phone", "email", "link", "address", "tags", "files", "customer", "relation", "relations"];
const derived = ["formula", "rollup"] as const;
type Chosen = Holds | (typeof derived)[number];

/** `key` tells lines apart while they are typed; `number` is that of a choice that is there. */
type Draft = { key: number; number: number | null; label: Text; wants: string[] };

type Props = { object: ObjectType; field: FieldType | null; close: () => void };

type ChoicesProps = { choices: readonly Draft[]; /** The fields that a choice may want filled in. */ wanted: readonly FieldType[]; change: (choices: Draft[]) => void };

function Choices({ choices, wanted, change }: ChoicesProps) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const language = useLanguage();
  const want = (key: number, wants: string[]) => change(choices.map((each) => (each.key === key ? { ...each, wants } : each)));
  const put = (key: number, text: string) => change(choices.map((each) => (each.key === key ? { ...each, label: { ...each.label, [language]: text } } : each)));
  const add = () => change([...choices, { key: Math.max(-1, ...choices.map((each) => each.key)) + 1, number: null, label: blank, wants: [] }]);
  return (
    <div role="group" aria-label={t("objects.choices")}>
      <p className={css.label}>{t("objects.choices")}</p>
      {choices.map((choice, place) => (
        <div key={choice.key} className={css.choice}>
          <Input aria-label={t("objects.choice_n", { n: place + 1 })} required maxLength={60} value={choice.label[language]} onChange={(event) => put(choice.key, event.target.value)} />
          <Button type="text" aria-label={t("objects.choice_remove", { n: place + 1 })} icon={<Icon name="close" size={14} />} onClick={() => change(choices.filter((each) => each.key !== choice.key))} />
          {wanted.length > 0 && <Select<string[]> mode="multiple" size="small" className={css.wants ?? ""} aria-label={t("wanted.by", { n: place + 1 })} placeholder={t("wanted.none")} showSearch={{ optionFilterProp: "label" }} value={choice.wants} options={wanted.map((each) => ({ value: each.name, label: labelOf(each.label) }))} onChange={(wants) => want(choice.key, wants)} />}
        </div>
      ))}
      <Button size="small" type="dashed" className={css.add ?? ""} icon={<Icon name="plus" size={13} />} onClick={add}>{t("objects.choice_add")}</Button>
    </div>
  );
}

/** A field, new or known. */
export function EditField({ object, field, close }: Props) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const language = useLanguage();
  const problem = useProblem();
  const cache = useQueryClient();
  const objects = useQuery(objectsQuery).data?.items ?? [];
  const [label, setLabel] = useState<Text>(field?.label ?? blank);
  const [holds, setHolds] = useState<Chosen>(field ? (field.formula ? "formula" : field.rollup ? "rollup" : field.type) : "text");
  const [formula, setFormula] = useState(field?.formula?.[language] ?? "");
  const [rollup, setRollup] = useState<Partial<RollupDraft>>(field?.rollup ? { ...field.rollup, only: field.rollup.only?.[language] ?? null } : { how: "count" });
  const [converting, setConverting] = useState(false);
  const [to, setTo] = useState<string | undefined>(field?.to ?? undefined);
  const [choices, setChoices] = useState<Draft[]>(() => {
    const known = field?.choices.filter((choice) => !choice.archived) ?? [];
    return known.length > 0 ? known.map((choice) => ({ key: choice.number, number: choice.number, label: choice.label, wants: choice.wants })) : [{ key: 0, number: null, label: blank, wants: [] }, { key: 1, number: null, label: blank, wants: [] }];
  });
  const chooses = holds === "choice" || holds === "multi_choice";
  const whole = choices.map((choice) => ({ number: choice.number, label: textOf(choice.label, language), ...(holds === "choice" ? { wants: choice.wants } : {}) }));
  const leads = holds === "relation" || holds === "relations";
  const source: Pick<FieldChange & FieldDraft, "formula" | "rollup"> = holds === "formula" ? { formula } : holds === "rollup" ? { rollup: rollup as RollupDraft } : {};
  const save = useMutation({
    mutationFn: () =>
      field
        ? changeField(object.name, field.name, { label: textOf(label, language), ...(chooses ? { choices: whole } : {}), ...source })
        : addField(object.name, { label: textOf(label, language), type: holds, ...(chooses ? { choices: whole.map((choice) => choice.label) } : {}), ...(leads ? { to: to ?? null } : {}), ...source }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: objectsQuery.queryKey });
      close();
    },
  });
  const may = field !== null && field.name !== object.fields[0]?.name && !field.automatic && convertsTo(field).length > 0;
  if (field && converting) return <Convert object={object} field={field} close={close} />;
  const at = save.error instanceof ApiError ? save.error.field : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal open onCancel={close} title={field ? t("objects.field_edit", { name: labelOf(field.label) }) : t("objects.field_add")} footer={null} width={holds === "formula" ? 560 : 460}>
      <form onSubmit={submit}>
        <LabelFields label={label} change={setLabel} error={save.isError && at === "label" ? problem(save.error) : undefined} />
        {!field && (
          <Field label={t("objects.type")}>
            {(id) => <Select id={id} style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} value={holds} options={[...types, ...derived].map((type) => ({ value: type, label: t(`field.${type}`) }))} onChange={setHolds} />}
          </Field>
        )}
        {!field && leads && (
          <Field label={t("objects.to")}>
            {(id) => <Select id={id} style={{ width: "100%" }} showSearch={{ optionFilterProp: "label" }} {...(to === undefined ? {} : { value: to })} options={objects.filter((each) => !each.archived).map((each) => ({ value: each.name, label: labelOf(each.label) }))} onChange={setTo} />}
          </Field>
        )}
        {holds === "formula" && <FormulaInput object={object} own={field?.name ?? null} formula={formula} change={setFormula} />}
        {holds === "rollup" && <RollupInput object={object} rollup={rollup} change={setRollup} />}
        {chooses && <Choices choices={choices} wanted={field && holds === "choice" ? object.fields.filter((each) => !each.archived && !each.automatic && each.name !== field.name) : []} change={setChoices} />}
        {may && <Button type="link" size="small" className={css.convert ?? ""} onClick={() => setConverting(true)}>{t("convert.open")}</Button>}
        {save.isError && at !== "label" && <p role="alert" style={{ color: "var(--red)", marginBottom: 12 }}>{problem(save.error)}</p>}
        <Button block type="primary" htmlType="submit" loading={save.isPending}>{field ? t("records.save") : t("objects.field_create")}</Button>
      </form>
    </Modal>
  );
}
