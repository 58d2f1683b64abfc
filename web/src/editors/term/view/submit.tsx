import { useMutation } from "@tanstack/react-query";
import { Button, Input, Switch } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { addRule, editRule } from "@/api/rules";
import type { EditReading, Rule } from "@/api/types";
import { useProblem } from "@/components/failed";
import { type Draft, saysSame, type Stage } from "../model/draft";
import css from "./editor.module.css";

type Props = { draft: Draft; reading: EditReading | undefined; stage: Stage; rule: Rule | undefined; done: (rule: Rule) => void };

/** Switches a new rule on, or saves what `rule` says from now on as its next version. */
export function SwitchOn({ draft, reading, stage, rule, done }: Props) {
  const { t } = useTranslation();
  const problem = useProblem();
  const id = useId();
  const [existing, setExisting] = useState(rule !== undefined);
  const [name, setName] = useState("");
  const save = useMutation({
    mutationFn: () => {
      const made = { sentence: draft.sentence.trim(), answers: draft.answers, existing, ...(name.trim() === "" ? {} : { name: name.trim() }) };
      return rule ? editRule(rule.id, made) : addRule(made);
    },
    onSuccess: done,
  });
  const same = rule !== undefined && saysSame(draft, rule.sentence) && (name.trim() === "" || name.trim() === rule.name);
  const ready = stage === "ready" && !same;
  const gains = reading?.difference?.gains ?? reading?.preview?.now ?? 0;
  const hint = existing ? t("editor.existing_hint", { count: gains }) : t("editor.existing_not");
  return (
    <form
      className={css.switch_on}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) save.mutate();
      }}
    >
      <div className={css.existing}>
        <Switch id={`${id}-existing`} size="small" checked={existing} onChange={setExisting} aria-describedby={`${id}-hint`} />
        <label htmlFor={`${id}-existing`}>{t("editor.existing")}</label>
        <small id={`${id}-hint`}>{hint}</small>
      </div>
      <Input aria-label={t("editor.name")} placeholder={rule ? rule.name : `${t("editor.name")} ${t("editor.name_hint")}`} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
      {save.isError && <p className={css.error} role="alert">{problem(save.error)}</p>}
      <Button block type="primary" size="large" htmlType="submit" disabled={!ready} loading={save.isPending}>
        {rule ? t("editor.save", { n: rule.version + 1 }) : t("editor.submit")}
      </Button>
      {stage === "ask" && <p className={css.wait}>{t("editor.answer_first")}</p>}
      {stage === "ready" && same && <p className={css.wait}>{t("editor.same")}</p>}
    </form>
  );
}
