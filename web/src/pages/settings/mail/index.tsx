import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { mailQuery, setMail, signInSettingsQuery, testMail } from "@/api/account";
import { ApiError } from "@/api/http";
import type { Mail } from "@/api/types";
import { useLanguage } from "@/components/language";
import { Failed, useProblem } from "@/components/failed";
import { sessionQuery } from "@/api/session";
import { useDoor } from "@/i18n/door";
import { Field } from "@/ui/field";
import { Bones, Section } from "@/ui/parts";
import { Head } from "../head";
import css from "../settings.module.css";

const ports = { tls: 465, starttls: 587, none: 25 } as const;

function MailForm({ mail }: { mail: Mail | null }) {
  const d = useDoor();
  const problem = useProblem();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [form, setForm] = useState({ host: mail?.host ?? "", port: mail?.port ?? 465, privacy: mail?.privacy ?? ("tls" as const), user: mail?.user ?? "", password: "", from: mail?.from ?? "" });
  const save = useMutation({
    mutationFn: setMail,
    onSuccess: (saved) => {
      cache.setQueryData(mailQuery.queryKey, saved);
      void message.success(saved.mail ? d("mail_saved") : d("mail_none_now"));
    },
  });
  const at = save.error instanceof ApiError ? save.error.field : null;
  const errorOf = (field: string | null) => (save.isError && at === field ? problem(save.error) : undefined);
  const bind = (field: "host" | "user" | "password" | "from") => ({ value: form[field], onChange: (event: { target: { value: string } }) => setForm({ ...form, [field]: event.target.value }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(form);
  };
  const ways = (["tls", "starttls", "none"] as const).map((value) => ({ value, label: d(`mail_privacy_${value}`) }));
  return (
    <form className={css.form} onSubmit={submit} autoComplete="off">
      <Field label={d("mail_host")} hint={d("mail_host_hint")} error={errorOf("host")}>
        {(id, note) => <Input id={id} aria-describedby={note} {...bind("host")} />}
      </Field>
      <Field label={d("mail_privacy")} error={errorOf("privacy")}>
        {(id) => <Select id={id} style={{ width: "100%" }} value={form.privacy} options={ways} onChange={(privacy) => setForm({ ...form, privacy, port: ports[privacy] })} />}
      </Field>
      <Field label={d("mail_port")} error={errorOf("port")}>
        {(id) => <InputNumber id={id} min={1} max={65_535} value={form.port} onChange={(port) => setForm({ ...form, port: port ?? 0 })} />}
      </Field>
      <Field label={d("mail_user")} error={errorOf("user")}>{(id) => <Input id={id} autoComplete="off" {...bind("user")} />}</Field>
      <Field label={d("mail_password")} hint={mail?.password ? d("mail_password_kept") : d("mail_password_hint")} error={errorOf("password")}>
        {(id, note) => <Input.Password id={id} aria-describedby={note} autoComplete="new-password" {...bind("password")} />}
      </Field>
      <Field label={d("mail_from")} hint={d("mail_from_hint")} error={errorOf("from") ?? errorOf(null)}>
        {(id, note) => <Input id={id} aria-describedby={note} {...bind("from")} />}
      </Field>
      <Button type="primary" htmlType="submit" loading={save.isPending}>{d("mail_save")}</Button>
    </form>
  );
}

function Try() {
  const d = useDoor();
  const problem = useProblem();
  const language = useLanguage();
  const { message } = App.useApp();
  const me = useQuery({ ...sessionQuery, enabled: false }).data?.user?.email ?? "";
  const [to, setTo] = useState(me);
  const send = useMutation({ mutationFn: testMail, onSuccess: () => void message.success(d("mail_taken")) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate({ to, language });
  };
  return (
    <Section title={d("mail_test")} icon="email">
      <form className={css.form} onSubmit={submit}>
        <Field label={d("mail_to")} hint={d("mail_test_hint")} error={send.isError ? problem(send.error) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} type="email" required value={to} onChange={(event) => setTo(event.target.value)} />}
        </Field>
        <Button htmlType="submit" loading={send.isPending}>{d("mail_send")}</Button>
      </form>
    </Section>
  );
}

/** By which server letters are sent; for owners. */
export function MailPage() {
  const { t } = useTranslation();
  const d = useDoor();
  const found = useQuery(mailQuery);
  const address = useQuery(signInSettingsQuery).data?.address;
  return (
    <>
      <Head title={d("mail")} lead={d("mail_lead")} />
      {address === null && <p className={css.once}>{d("mail_address")}</p>}
      {found.isPending && <Bones rows={4} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && <MailForm key={JSON.stringify(found.data.mail)} mail={found.data.mail} />}
      {found.data?.mail && <Try />}
    </>
  );
}
