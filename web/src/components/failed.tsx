import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { Empty } from "@/ui/parts";
import css from "./failed.module.css";
import { useText } from "./language";

/** What went wrong with a request, in the reader's language, and what to do. */
export function useProblem() {
  const { t } = useTranslation();
  const text = useText();
  return (error: unknown) => (error instanceof ApiError ? text(error.text) : t("common.failed"));
}

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const problem = useProblem();
  return (
    <Empty icon="question" title={t("common.failed")} hint={problem(error)}>
      <Button onClick={retry}>{t("common.retry")}</Button>
    </Empty>
  );
}

/** The same in a line, where a list breaks off. */
export function FailedLine({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const problem = useProblem();
  return (
    <p className={css.line} role="alert">
      {problem(error)}
      <Button type="link" size="small" onClick={retry}>{t("common.retry")}</Button>
    </p>
  );
}
