import { useTranslation } from "react-i18next";
import type { Task } from "@/api/types";
import { Ago } from "@/components/ago";
import { Icon } from "@/ui/icon";
import { Section } from "@/ui/parts";
import css from "./customer.module.css";

export function Tasks({ tasks, see }: { tasks: readonly Task[]; see: (decision: string) => void }) {
  const { t } = useTranslation();
  if (tasks.length === 0) return null;
  return (
    <Section title={t("customer.tasks")} icon="task">
      <ul className={css.lines}>
        {tasks.map((task) => (
          <li key={task.id}>
            <button type="button" className={css.line} onClick={() => see(task.decision)} title={t("customer.task_why")}>
              <span className={css.done} data-done={task.done}><Icon name={task.done ? "check" : "other"} size={14} /></span>
              <span>{task.title}</span>
              <small><Ago time={task.time} /></small>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
