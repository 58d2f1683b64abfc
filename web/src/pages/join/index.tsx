import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { join, offerQuery } from "@/api/people";
import { sessionQuery } from "@/api/session";
import type { Invited } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useText } from "@/components/language";
import { Entry } from "@/layouts/entry";
import { Field } from "@/ui/field";

const route = getRouteApi("/join");

function JoinForm({ token, offer }: { token: string; offer: Invited }) {
  const { t } = useTranslation();
  const problem = useProblem();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const take = useMutation({
    mutationFn: join,
    onSuccess: async (session) => {
      cache.clear();
      cache.setQueryData(sessionQuery.queryKey, session);
      await navigate({ to: "/" });
    },
  });
  const at = take.error instanceof ApiError ? take.error.field : null;
  const errorOf = (field: string | null) => (take.isError && at === field ? problem(take.error) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.mutate({ token, name: name.trim(), password });
  };
  return (
    <form onSubmit={submit}>
      <Field label={t("sign_in.email")}>{(id) => <Input id={id} size="large" type="email" autoComplete="username" readOnly value={offer.email} />}</Field>
      <Field label={t("setup.name")} error={errorOf("name")}>
        {(id, note) => <Input id={id} aria-describedby={note} size="large" autoComplete="name" autoFocus required value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label={t("sign_in.password")} hint={t("setup.password_hint")} error={errorOf("password") ?? errorOf(null)}>
        {(id, note) => <Input.Password id={id} aria-describedby={note} size="large" minLength={12} required autoComplete="new-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Button block size="large" type="primary" htmlType="submit" loading={take.isPending}>{t("join.submit")}</Button>
    </form>
  );
}

/** Where an invitation's link leads. */
export function JoinPage() {
  const { t } = useTranslation();
  const text = useText();
  const problem = useProblem();
  const { token = "" } = route.useSearch();
  const company = useQuery(sessionQuery).data?.company.name ?? "";
  const offer = useQuery(offerQuery(token));
  if (offer.isPending) return <Entry title={t("common.loading")} lead="">{null}</Entry>;
  if (offer.isError) {
    return (
      <Entry title={t("join.over")} lead={`${problem(offer.error)} ${t("join.over_hint")}`}>
        <Link to="/sign-in" search={{}}>{t("sign_in.title")}</Link>
      </Entry>
    );
  }
  return (
    <Entry title={t("join.title", { company })} lead={t("join.lead", { role: text(offer.data.role_name) })}>
      <JoinForm token={token} offer={offer.data} />
    </Entry>
  );
}
