import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addSession, sessionQuery } from "@/api/session";
import type { Session } from "@/api/types";
import { useProblem } from "@/components/failed";
import { Entry } from "@/layouts/entry";
import { Field } from "@/ui/field";
import { inside } from "@/util/inside";
import { Code } from "./code";
import { Others } from "./others";

const route = getRouteApi("/sign-in");

export function SignInPage() {
  const { t } = useTranslation();
  const problem = useProblem();
  const cache = useQueryClient();
  const router = useRouter();
  const { next } = route.useSearch();
  const company = useQuery(sessionQuery).data?.company.name;
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const enter = (session: Session) => {
    cache.setQueryData(sessionQuery.queryKey, session);
    router.history.push(inside(next));
  };
  const [wanted, setWanted] = useState<string | null>(null);
  const passed = (session: Session) => (session.code_wanted === null ? enter(session) : setWanted(session.code_wanted));
  const signIn = useMutation({ mutationFn: addSession, onSuccess: passed });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email: email.trim(), password });
  };
  if (wanted !== null) return <Code token={wanted} enter={enter} back={() => setWanted(null)} />;
  return (
    <Entry title={company || t("sign_in.title")} lead={t("sign_in.lead")}>
      <form onSubmit={submit}>
        <Field label={t("sign_in.email")}>
          {(id) => <Input id={id} size="large" type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.target.value)} />}
        </Field>
        <Field label={t("sign_in.password")} error={signIn.isError ? problem(signIn.error) : undefined}>
          {(id, note) => (
            <Input.Password id={id} size="large" autoComplete="current-password" required aria-describedby={note} status={signIn.isError ? "error" : ""} value={password} onChange={(event) => setPassword(event.target.value)} />
          )}
        </Field>
        <Button block size="large" type="primary" htmlType="submit" loading={signIn.isPending}>
          {t("sign_in.submit")}
        </Button>
      </form>
      <Others enter={enter} next={next} />
    </Entry>
  );
}
