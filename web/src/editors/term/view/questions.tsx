import { useTranslation } from "react-i18next";
import type { Answers, Assumption, Question } from "@/api/types";
import { Dropdown } from "antd";
import { useText } from "@/components/language";
import { Icon } from "@/ui/icon";
import css from "./editor.module.css";

type Answer = (id: string, choice: string) => void;

function Cards({ question, chosen, answer }: { question: Question; chosen: string | undefined; answer: Answer }) {
  const { t } = useTranslation();
  const text = useText();
  return (
    <fieldset className={css.question}>
      <legend>{text(question.text)}</legend>
      <div className={css.cards}>
        {question.choices.map((choice) => (
          <label key={choice.id} className={css.card} data-chosen={choice.id === chosen}>
            <input type="radio" name={question.id} checked={choice.id === chosen} onChange={() => answer(question.id, choice.id)} />
            <span>{text(choice.text)}</span>
            {typeof choice.count === "number" && <b>{t("editor.choice_count", { count: choice.count })}</b>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Questions({ questions, answers, answer }: { questions: readonly Question[]; answers: Answers; answer: Answer }) {
  const { t } = useTranslation();
  if (questions.length === 0) return null;
  return (
    <section className={css.block}>
      <h2 className={css.title}>
        <span className={css.asking}><Icon name="question" size={13} /></span>
        {t("editor.questions")}
        <small>{t("editor.questions_hint")}</small>
      </h2>
      {questions.map((question) => (
        <Cards key={question.id} question={question} chosen={answers[question.id]} answer={answer} />
      ))}
    </section>
  );
}

function AssumptionChip({ assumption, answer }: { assumption: Assumption; answer: Answer }) {
  const text = useText();
  const items = assumption.choices.map((choice) => ({ key: choice.id, label: text(choice.text), onClick: () => answer(assumption.id, choice.id) }));
  const chosen = assumption.choices.find((choice) => choice.id === assumption.chosen);
  return (
    <Dropdown menu={{ items, selectable: true, selectedKeys: [assumption.chosen] }} trigger={["click"]} disabled={items.length < 2}>
      <button type="button" className={css.assumption} disabled={items.length < 2}>
        <span>{text(assumption.text)}</span>
        {chosen && <b>{text(chosen.text)}</b>}
        {items.length > 1 && <Icon name="chevron" size={13} />}
      </button>
    </Dropdown>
  );
}

export function Assumptions({ assumptions, answer }: { assumptions: readonly Assumption[]; answer: Answer }) {
  const { t } = useTranslation();
  if (assumptions.length === 0) return null;
  return (
    <section className={css.block}>
      <h2 className={css.title}>
        {t("editor.assumptions")}
        <small>{t("editor.assumptions_hint")}</small>
      </h2>
      <div className={css.assumptions}>
        {assumptions.map((assumption) => (
          <AssumptionChip key={assumption.id} assumption={assumption} answer={answer} />
        ))}
      </div>
    </section>
  );
}
