import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addObject, changeObject, objectsQuery } from "@/api/objects";
import type { ObjectType } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useLabel, useLanguage } from "@/components/language";
import { IconChoice } from "./icon-choice";
import { blank, LabelFields, PluralField, textOf } from "./label-fields";

type Props = { /** The object that is to change; a new one where there is none. */ object: ObjectType | null; close: () => void; saved: (name: string) => void };

/** What an object is called, and what stands for it: for a new one that is enough, its fields come next. */
export function EditObject({ object, close, saved }: Props) {
  const { t } = useTranslation();
  const problem = useProblem();
  const labelOf = useLabel();
  const language = useLanguage();
  const cache = useQueryClient();
  const [label, setLabel] = useState(object?.label ?? blank);
  const [plural, setPlural] = useState(object?.plural.en ?? "");
  const [icon, setIcon] = useState(object?.icon ?? "note");
  const save = useMutation({
    mutationFn: () => {
      const own = plural === (object?.plural.en ?? "") ? {} : { plural }; // where only the label changes, the rule says it anew
      const draft = { label: textOf(label, language), icon, ...own };
      return object ? changeObject(object.name, draft) : addObject(draft);
    },
    onSuccess: async ({ name }) => {
      await cache.invalidateQueries({ queryKey: objectsQuery.queryKey });
      saved(name);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal open onCancel={close} title={object ? t("objects.edit", { name: labelOf(object.label) }) : t("objects.add")} footer={null} width={440}>
      <form onSubmit={submit}>
        <LabelFields label={label} change={setLabel} error={save.isError ? problem(save.error) : undefined} />
        <PluralField label={label} plural={plural} change={setPlural} />
        <IconChoice icon={icon} change={setIcon} />
        <Button block type="primary" htmlType="submit" loading={save.isPending}>{object ? t("records.save") : t("objects.create")}</Button>
      </form>
    </Modal>
  );
}
