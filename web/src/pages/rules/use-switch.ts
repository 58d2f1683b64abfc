import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { rulesQuery, switchRule } from "@/api/rules";
import type { Rule, RuleDetail } from "@/api/types";
import { useAct } from "@/components/act";

/** Switches a rule on or off: shown at once, put back if the server refuses. */
export function useSwitch() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const show = (id: string, on: boolean) => {
    cache.setQueryData(rulesQuery.queryKey, (old) => old && { items: old.items.map((rule) => (rule.id === id ? { ...rule, on } : rule)) });
    cache.setQueryData<RuleDetail>(["rule", id], (old) => old && { ...old, on });
  };
  return useAct<{ rule: Rule; on: boolean }, Rule>({
    mutationFn: ({ rule, on }) => switchRule(rule.id, on),
    onMutate: ({ rule, on }) => show(rule.id, on),
    onError: (_error, { rule }) => show(rule.id, rule.on),
    onSuccess: (rule, { on }) => {
      void message.success(on ? t("rules.switched_on", { name: rule.name }) : t("rules.switched_off", { name: rule.name }));
    },
    onSettled: (_rule, _error, { rule }) => {
      void cache.invalidateQueries({ queryKey: ["rules"] });
      void cache.invalidateQueries({ queryKey: ["rule", rule.id] });
    },
  });
}
