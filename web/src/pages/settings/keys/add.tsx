import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addApiKey } from "@/api/people";
import { useProblem } from "@/components/failed";
import { Field } from "@/ui/field";
import { RoleSelect } from "../role-select";

type Props = { open: boolean; close: () => void; added: (name: string, secret: string) => void };

export function AddKey({ open, close, added }: Props) {
  const { t } = useTranslation();
  const problem = useProblem();
  const [name, setName] = useState("");
  const [role, setRole] = useState<string>();
  const add = useMutation({
    mutationFn: addApiKey,
    onSuccess: (made) => {
      setName("");
      added(made.api_key.name, made.secret);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (role !== undefined) add.mutate({ name: name.trim(), role });
  };
  return (
    <Modal open={open} onCancel={close} title={t("keys.add")} footer={null} destroyOnHidden width={440}>
      <form onSubmit={submit}>
        <Field label={t("settings.name")} hint={t("keys.name_hint")} error={add.isError ? problem(add.error) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} autoFocus required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Field label={t("settings.role")}>{(id) => <RoleSelect id={id} value={role} onChange={setRole} />}</Field>
        <Button block type="primary" htmlType="submit" disabled={role === undefined} loading={add.isPending}>{t("keys.create")}</Button>
      </form>
    </Modal>
  );
}
