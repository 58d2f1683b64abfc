import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addInvitation } from "@/api/people";
import { useProblem } from "@/components/failed";
import { Field } from "@/ui/field";
import { RoleSelect } from "../role-select";

type Props = { open: boolean; close: () => void; invited: (email: string, token: string) => void };

export function Invite({ open, close, invited }: Props) {
  const { t } = useTranslation();
  const problem = useProblem();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<string>();
  const add = useMutation({
    mutationFn: addInvitation,
    onSuccess: (made) => {
      setEmail("");
      invited(made.invitation.email, made.token);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (role !== undefined) add.mutate({ email: email.trim(), role });
  };
  return (
    <Modal open={open} onCancel={close} title={t("people.invite")} footer={null} destroyOnHidden width={440}>
      <form onSubmit={submit}>
        <Field label={t("settings.email")} error={add.isError ? problem(add.error) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} type="email" autoFocus required value={email} onChange={(event) => setEmail(event.target.value)} />}
        </Field>
        <Field label={t("settings.role")}>{(id) => <RoleSelect id={id} value={role} onChange={setRole} />}</Field>
        <Button block type="primary" htmlType="submit" disabled={role === undefined} loading={add.isPending}>{t("people.invite_submit")}</Button>
      </form>
    </Modal>
  );
}
