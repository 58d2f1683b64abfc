import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addObject, objectsQuery } from "@/api/objects";
import { useProblem } from "@/components/failed";
import { useLanguage } from "@/components/language";
import { IconChoice } from "./icon-choice";
import { blank, LabelFields, textOf } from "./label-fields";

/** A new object: a name is enough, its fields come next. */
export function AddObject({ close, added }: { close: () => void; added: (name: string) => void }) {
  const { t } = useTranslation();
  const problem = useProblem();
  const language = useLanguage();
  const cache = useQueryClient();
  const [label, setLabel] = useState(blank);
  const [icon, setIcon] = useState("note");
  const add = useMutation({
    mutationFn: addObject,
    onSuccess: async (object) => {
      await cache.invalidateQueries({ queryKey: objectsQuery.queryKey });
      added(object.name);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ label: textOf(label, language), icon });
  };
  return (
    <Modal open onCancel={close} title={t("objects.add")} footer={null} width={440}>
      <form onSubmit={submit}>
        <LabelFields label={label} change={setLabel} error={add.isError ? problem(add.error) : undefined} />
        <IconChoice icon={icon} change={setIcon} />
        <Button block type="primary" htmlType="submit" loading={add.isPending}>{t("objects.create")}</Button>
      </form>
    </Modal>
  );
}
