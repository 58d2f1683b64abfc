import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { sessionQuery, setUp } from "@/api/session";
import { useProblem } from "@/components/failed";
import { Entry } from "@/layouts/entry";
import { Field } from "@/ui/field";

const route = getRouteApi("/setup");
const shortest = 12;

type Form = { company: string; name: string; email: string; password: string };
const blank: Form = { company: "", name: "", email: "", password: "" };

function SetupForm({ token }: { token: string }) {
  const { t } = useTranslation();
  const problem = useProblem();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [form, setForm] = useState(blank);
  const missing = form.password === "" ? 0 : Math.max(0, shortest - [...form.password].length);
  const add = useMutation({
    mutationFn: setUp,
    onSuccess: async (session) => {
      cache.setQueryData(sessionQuery.queryKey, session);
      await navigate({ to: "/customers", search: {} });
    },
  });
  const failed = add.error;
  const at = failed instanceof ApiError ? failed.field : null;
  const errorOf = (field: keyof Form) => (failed && at === field ? problem(failed) : undefined);
  const bind = (field: keyof Form) => ({ value: form[field], required: true, onChange: (event: { target: { value: string } }) => setForm({ ...form, [field]: event.target.value }) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (missing === 0) add.mutate({ token, ...form });
  };
  return (
    <form onSubmit={submit}>
      <Field label={t("setup.company")} hint={t("setup.company_hint")} error={errorOf("company")}>
        {(id, note) => <Input id={id} aria-describedby={note} size="large" autoComplete="organization" autoFocus {...bind("company")} />}
      </Field>
      <Field label={t("setup.name")} error={errorOf("name")}>
        {(id, note) => <Input id={id} aria-describedby={note} size="large" autoComplete="name" {...bind("name")} />}
      </Field>
      <Field label={t("setup.email")} error={errorOf("email")}>
        {(id, note) => <Input id={id} aria-describedby={note} size="large" type="email" autoComplete="username" {...bind("email")} />}
      </Field>
      <Field label={t("setup.password")} hint={missing > 0 ? t("setup.password_short", { n: missing }) : t("setup.password_hint")} error={errorOf("password")}>
        {(id, note) => <Input.Password id={id} aria-describedby={note} size="large" minLength={shortest} autoComplete="new-password" {...bind("password")} />}
      </Field>
      {failed && !(at !== null && at in blank) && <p role="alert" style={{ color: "var(--red)", marginBottom: 12 }}>{problem(failed)}</p>}
      <Button block size="large" type="primary" htmlType="submit" loading={add.isPending}>
        {t("setup.submit")}
      </Button>
    </form>
  );
}

export function SetupPage() {
  const { t } = useTranslation();
  const { token } = route.useSearch();
  const session = useQuery(sessionQuery).data;
  if (session && !session.setup_needed) {
    return (
      <Entry title={t("setup.done")} lead={t("setup.done_hint")}>
        <Link to="/sign-in" search={{}}>{t("sign_in.title")}</Link>
      </Entry>
    );
  }
  if (token === undefined) return <Entry title={t("setup.token_missing")} lead={t("setup.token_missing_hint")}>{null}</Entry>;
  return (
    <Entry title={t("setup.title")} lead={t("setup.lead")} note={t("setup.own")}>
      <SetupForm token={token} />
    </Entry>
  );
}
