import { useMutation } from "@tanstack/react-query";
import { Button, Input, Switch } from "antd";
import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { addRule } from "@/api/rules";
import type { Reading, Rule } from "@/api/types";
import { useProblem } from "@/components/failed";
import { Bones } from "@/ui/parts";
import { answer, type Draft, draftOf, meet, questionsOf, type Stage, stageOf, write } from "../model/draft";
import css from "./editor.module.css";
import { Preview } from "./preview";
import { Assumptions, Questions } from "./questions";
import { SentenceInput } from "./sentence-input";
import { Examples, Refused } from "./suggestions";
import { Understood, Unused } from "./understood";
import { useReading } from "./use-reading";

type SwitchOnProps = { draft: Draft; reading: Reading | undefined; stage: Stage; done: (rule: Rule) => void };

function SwitchOn({ draft, reading, stage, done }: SwitchOnProps) {
  const { t } = useTranslation();
  const problem = useProblem();
  const id = useId();
  const [existing, setExisting] = useState(false);
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: () => addRule({ sentence: draft.sentence.trim(), answers: draft.answers, existing, ...(name.trim() === "" ? {} : { name: name.trim() }) }),
    onSuccess: done,
  });
  const now = reading?.preview?.now ?? 0;
  const hint = existing ? t("editor.existing_hint", { count: now }) : t("editor.existing_not");
  return (
    <form
      className={css.switch_on}
      onSubmit={(event) => {
        event.preventDefault();
        if (stage === "ready") add.mutate();
      }}
    >
      <div className={css.existing}>
        <Switch id={`${id}-existing`} size="small" checked={existing} onChange={setExisting} aria-describedby={`${id}-hint`} />
        <label htmlFor={`${id}-existing`}>{t("editor.existing")}</label>
        <small id={`${id}-hint`}>{hint}</small>
      </div>
      <Input aria-label={t("editor.name")} placeholder={`${t("editor.name")} ${t("editor.name_hint")}`} value={name} maxLength={80} onChange={(event) => setName(event.target.value)} />
      {add.isError && <p className={css.error} role="alert">{problem(add.error)}</p>}
      <Button block type="primary" size="large" htmlType="submit" disabled={stage !== "ready"} loading={add.isPending}>
        {t("editor.submit")}
      </Button>
      {stage === "ask" && <p className={css.wait}>{t("editor.answer_first")}</p>}
    </form>
  );
}

function Waiting({ asked }: { asked: boolean }) {
  const { t } = useTranslation();
  if (asked) return <p className={css.wait}>{t("editor.answer_first")}</p>;
  return (
    <>
      <p className={css.wait}>{t("editor.write_first")}</p>
      <ol className={css.steps}>
        {t("editor.steps", { returnObjects: true }).map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </>
  );
}

type EditorProps = { start: string; written: (sentence: string) => void; done: (rule: Rule) => void };

/** A sentence becomes a rule: what was understood, what is open, whom it would match. */
export function Editor({ start, written, done }: EditorProps) {
  const { t } = useTranslation();
  const problem = useProblem();
  const [draft, setDraft] = useState(() => draftOf(start));
  const { reading, current, error } = useReading(draft);
  const stage = stageOf(draft, reading, current);
  const shown = stage === "blank" ? undefined : reading;
  useEffect(() => {
    if (current && reading) setDraft((now) => meet(now, reading));
  }, [current, reading]);
  const change = (next: Draft) => {
    setDraft(next);
    if (next.sentence !== draft.sentence) written(next.sentence);
  };
  const use = (sentence: string) => change(draftOf(sentence));
  const reply = (id: string, choice: string) => change(answer(draft, id, choice));

  return (
    <div className={css.editor}>
      <div className={css.write}>
        <SentenceInput sentence={draft.sentence} unused={current ? (shown?.unused ?? []) : []} write={(sentence) => change(write(draft, sentence))} />
        <div className={css.below}>
          <p className={css.hint} data-busy={stage === "reading"}>{stage === "reading" && !error ? t("editor.reading") : t("editor.hint")}</p>
        </div>
        {error && stage !== "blank" && <p className={css.error} role="alert">{problem(error)}</p>}
        {stage === "blank" && <Examples use={use} />}
        {shown && (
          <div className={css.read} data-stale={!current}>
            {current && shown.status !== "refused" && <Unused words={shown.unused} />}
            {shown.status === "refused" ? <Refused reading={shown} use={use} /> : <Understood reading={shown} />}
            <Questions questions={questionsOf(draft, shown)} answers={draft.answers} answer={reply} />
            <Assumptions assumptions={shown.assumptions} answer={reply} />
          </div>
        )}
        {stage === "reading" && !shown && !error && <Bones rows={4} label={t("editor.reading")} />}
      </div>
      <aside className={css.effect}>
        <h2 className={css.title}>{t("editor.preview")}</h2>
        {shown?.preview && <Preview preview={shown.preview} stale={!current} />}
        {!shown?.preview && <Waiting asked={stage === "ask"} />}
        {shown && shown.status !== "refused" && <SwitchOn draft={draft} reading={shown} stage={stage} done={done} />}
      </aside>
    </div>
  );
}
