import { useTranslation } from "react-i18next";
import type { Decision } from "@/api/types";

/** "打上“钻石会员”" */
export function useOutcome() {
  const { t } = useTranslation();
  return (decision: Pick<Decision, "outcome" | "name">) => t(`outcome.${decision.outcome}`, { name: decision.name });
}
