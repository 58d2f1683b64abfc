import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Input, Modal, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addInvitation, invitationsQuery } from "@/api/people";
import type { NewInvitation } from "@/api/types";
import { useLanguage } from "@/components/language";
import { useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { Field } from "@/ui/field";
import { RoleSelect } from "../role-select";

type Props = { open: boolean; close: () => void; invited: (made: NewInvitation) => void };

export function Invite({ open, close, invited }: Props) {
  const { t } = useTranslation();
  const problem = useProblem();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<string>();
  const d = useDoor();
  const spoken = useLanguage();
  const [language, setLanguage] = useState<string>(spoken);
  const letters = useQuery(invitationsQuery).data?.letters ?? false;
  const add = useMutation({
    mutationFn: addInvitation,
    onSuccess: (made) => {
      setEmail("");
      invited(made);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (role !== undefined) add.mutate({ email: email.trim(), role, language });
  };
  return (
    <Modal open={open} onCancel={close} title={t("people.invite")} footer={null} destroyOnHidden width={440}>
      <form onSubmit={submit}>
        <Field label={t("settings.email")} error={add.isError ? problem(add.error) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} type="email" autoFocus required value={email} onChange={(event) => setEmail(event.target.value)} />}
        </Field>
        <Field label={t("settings.role")}>{(id) => <RoleSelect id={id} value={role} onChange={setRole} />}</Field>
        {letters && (
          <Field label={d("invite_language")} hint={d("invite_letter")}>
            {(id) => <Select id={id} style={{ width: "100%" }} value={language} options={[{ value: "zh", label: "中文" }, { value: "en", label: "English" }]} onChange={setLanguage} />}
          </Field>
        )}
        <Button block type="primary" htmlType="submit" disabled={role === undefined} loading={add.isPending}>{letters ? d("invite_send") : t("people.invite_submit")}</Button>
      </form>
    </Modal>
  );
}
