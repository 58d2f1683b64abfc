import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Input, Modal, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { saveProvider } from "@/api/account";
import { ApiError } from "@/api/http";
import { rolesQuery } from "@/api/people";
import type { Provider } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useText } from "@/components/language";
import { useDoor } from "@/i18n/door";
import { Field } from "@/ui/field";
import css from "../settings.module.css";

const stranger = "none";
const owner = "rol_00000001";

type Props = { provider: Provider | null; close: () => void; saved: () => void };

/** Makes an identity provider, or changes one. */
export function EditProvider({ provider, close, saved }: Props) {
  const { t } = useTranslation();
  const d = useDoor();
  const text = useText();
  const problem = useProblem();
  const roles = (useQuery(rolesQuery).data?.items ?? []).filter((role) => role.id !== owner);
  const [form, setForm] = useState({
    label: provider?.label ?? "",
    issuer: provider?.issuer ?? "",
    client_id: provider?.client_id ?? "",
    client_secret: "",
    role: provider?.role ?? stranger,
    domains: provider?.domains.join(", ") ?? "",
  });
  const save = useMutation({ mutationFn: saveProvider, onSuccess: saved });
  const at = save.error instanceof ApiError ? save.error.field : null;
  const errorOf = (field: string | null) => (save.isError && at === field ? problem(save.error) : undefined);
  const bind = (field: "label" | "issuer" | "client_id" | "client_secret" | "domains") => ({ value: form[field], onChange: (event: { target: { value: string } }) => setForm({ ...form, [field]: event.target.value }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const domains = form.domains.split(/[\s,，;；]+/).filter((one) => one !== "");
    save.mutate({ id: provider?.id ?? null, draft: { ...form, role: form.role === stranger ? null : form.role, domains } });
  };
  const options = [{ value: stranger, label: d("provider_new_none") }, ...roles.map((role) => ({ value: role.id, label: text(role.name) }))];
  return (
    <Modal open onCancel={close} title={provider ? d("provider_edit") : d("provider_add")} footer={null} width={520}>
      <form onSubmit={submit} autoComplete="off">
        <Field label={d("provider_label")} hint={d("provider_label_hint")} error={errorOf("label")}>
          {(id, note) => <Input id={id} aria-describedby={note} required autoFocus maxLength={100} {...bind("label")} />}
        </Field>
        <Field label={d("provider_issuer")} hint={d("provider_issuer_hint")} error={errorOf("issuer")}>
          {(id, note) => <Input id={id} aria-describedby={note} required inputMode="url" {...bind("issuer")} />}
        </Field>
        <Field label={d("provider_client")} error={errorOf("client_id")}>
          {(id, note) => <Input id={id} aria-describedby={note} required {...bind("client_id")} />}
        </Field>
        <Field label={d("provider_secret")} hint={provider ? d("provider_secret_kept") : d("provider_secret_hint")} error={errorOf("client_secret")}>
          {(id, note) => <Input.Password id={id} aria-describedby={note} required={!provider} autoComplete="off" {...bind("client_secret")} />}
        </Field>
        <Field label={d("provider_new")} hint={d("provider_new_hint")} error={errorOf("role")}>
          {(id) => <Select id={id} style={{ width: "100%" }} value={form.role} options={options} onChange={(role) => setForm({ ...form, role })} />}
        </Field>
        <Field label={d("provider_domains")} hint={d("provider_domains_hint")} error={errorOf("domains") ?? errorOf(null)}>
          {(id, note) => <Input id={id} aria-describedby={note} {...bind("domains")} />}
        </Field>
        <div className={css.buttons}>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={save.isPending}>{d("provider_save")}</Button>
        </div>
      </form>
    </Modal>
  );
}
