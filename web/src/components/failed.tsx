import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { Empty } from "@/ui/parts";
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
