import { useQueryClient } from "@tanstack/react-query";
import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import { setTaskDone } from "@/api/customers";
import type { Customer, Task } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { useMay } from "@/components/rights";
import { Section } from "@/ui/parts";
import css from "./customer.module.css";

/** Shows the change at once; the live stream brings the event, and a failure puts the task back. */
function useDone(customer: string) {
  const cache = useQueryClient();
  const key = ["customer", customer];
  const show = (id: string, done: boolean) =>
    cache.setQueryData<Customer>(key, (old) => old && { ...old, tasks: old.tasks.map((task) => (task.id === id ? { ...task, done } : task)) });
  return useAct<{ task: Task; done: boolean }, Task>({
    mutationFn: ({ task, done }) => setTaskDone(task.id, done),
    onMutate: async ({ task, done }) => {
      await cache.cancelQueries({ queryKey: key });
      show(task.id, done);
    },
    onError: (_, { task }) => void show(task.id, task.done),
    onSettled: () => void cache.invalidateQueries({ queryKey: key }),
  });
}

export function Tasks({ customer, tasks, see }: { customer: string; tasks: readonly Task[]; see: (decision: string) => void }) {
  const { t } = useTranslation();
  const change = useDone(customer);
  const may = useMay();
  if (tasks.length === 0) return null;
  return (
    <Section title={t("customer.tasks")} icon="task">
      <ul className={css.lines}>
        {tasks.map((task) => (
          <li key={task.id} className={css.task} data-done={task.done}>
            <Checkbox checked={task.done} disabled={!may("tasks.write")} aria-label={t("customer.task_done", { title: task.title })} onChange={(event) => change.mutate({ task, done: event.target.checked })} />
            <button type="button" className={css.line} onClick={() => see(task.decision)} title={t("customer.task_why")}>
              <span>{task.title}</span>
              <small><Ago time={task.time} /></small>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
