import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { changePassword, openSessionsQuery } from "@/api/people";
import { useProblem } from "@/components/failed";
import { Field } from "@/ui/field";
import css from "../settings.module.css";

const blank = { old: "", new: "" };

export function Password() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const problem = useProblem();
  const cache = useQueryClient();
  const [form, setForm] = useState(blank);
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      setForm(blank);
      void message.success(t("settings.password_changed"));
      void cache.invalidateQueries({ queryKey: openSessionsQuery.queryKey });
    },
  });
  const at = change.error instanceof ApiError ? change.error.field : null;
  const errorOf = (here: boolean) => (change.isError && here ? problem(change.error) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(form);
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <Field label={t("settings.password_old")} error={errorOf(at === "old")}>
        {(id, note) => <Input.Password id={id} aria-describedby={note} required autoComplete="current-password" value={form.old} onChange={(event) => setForm({ ...form, old: event.target.value })} />}
      </Field>
      <Field label={t("settings.password_new")} hint={t("settings.password_hint")} error={errorOf(at !== "old")}>
        {(id, note) => <Input.Password id={id} aria-describedby={note} required minLength={12} autoComplete="new-password" value={form.new} onChange={(event) => setForm({ ...form, new: event.target.value })} />}
      </Field>
      <Button htmlType="submit" loading={change.isPending}>{t("settings.password_change")}</Button>
    </form>
  );
}
