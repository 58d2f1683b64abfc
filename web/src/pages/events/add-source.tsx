import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addSource } from "@/api/events";
import { useProblem } from "@/components/failed";
import { Field } from "@/ui/field";
import type { SourceKey } from "./key-once";

type Props = { open: boolean; close: () => void; added: (made: SourceKey) => void };

export function AddSource({ open, close, added }: Props) {
  const { t } = useTranslation();
  const problem = useProblem();
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: addSource,
    onSuccess: (made) => {
      setName("");
      added({ name: made.name, key: made.key });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") add.mutate(name.trim());
  };
  return (
    <Modal open={open} onCancel={close} title={t("events.source_add")} footer={null} destroyOnHidden width={440}>
      <form onSubmit={submit}>
        <Field label={t("events.source_name")} hint={t("events.source_hint")} error={add.isError ? problem(add.error) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} autoFocus required placeholder={t("events.source_placeholder")} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Button block type="primary" htmlType="submit" loading={add.isPending}>
          {t("events.source_create")}
        </Button>
      </form>
    </Modal>
  );
}
