import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rule } from "@/api/types";
import { useProblem } from "@/components/failed";
import { Bones } from "@/ui/parts";
import { answer, type Draft, draftOf, meet, questionsOf, stageOf, write } from "../model/draft";
import { Difference } from "./difference";
import css from "./editor.module.css";
import { Preview } from "./preview";
import { Assumptions, Questions } from "./questions";
import { SentenceInput } from "./sentence-input";
import { SwitchOn } from "./submit";
import { Examples, Refused } from "./suggestions";
import { Understood, Unused } from "./understood";
import { useReading } from "./use-reading";

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

type EditorProps = { start: string; written: (sentence: string) => void; done: (rule: Rule) => void; rule?: Rule };

/** A sentence becomes a rule, or what `rule` says from now on: what was understood, what is open, whom it would match. */
export function Editor({ start, written, done, rule }: EditorProps) {
  const { t } = useTranslation();
  const problem = useProblem();
  const [draft, setDraft] = useState(() => draftOf(start));
  const { reading, current, error } = useReading(draft, rule?.id);
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
        <h2 className={css.title}>{t(rule ? "editor.change" : "editor.preview")}</h2>
        {shown?.difference && <Difference difference={shown.difference} stale={!current} />}
        {shown?.preview && <Preview preview={shown.preview} stale={!current} />}
        {!shown?.preview && <Waiting asked={stage === "ask"} />}
        {shown && shown.status !== "refused" && <SwitchOn draft={draft} reading={shown} stage={stage} rule={rule} done={done} />}
      </aside>
    </div>
  );
}
