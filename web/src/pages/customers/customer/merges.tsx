import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { undoMerge } from "@/api/customers";
import type { Merge } from "@/api/types";
import { useAct } from "@/components/act";
import { useFormat, useText } from "@/components/language";
import { useMay } from "@/components/rights";
import { Icon } from "@/ui/icon";
import { Section } from "@/ui/parts";
import css from "./customer.module.css";

function useUndo(customer: string) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const cache = useQueryClient();
  const undo = useAct({
    mutationFn: undoMerge,
    onSuccess: async () => {
      void message.success(t("customer.merge_done"));
      await Promise.all(["customer", "timeline", "customer-decisions"].map((key) => cache.invalidateQueries({ queryKey: [key, customer] })));
      await cache.invalidateQueries({ queryKey: ["customers"] });
    },
  });
  return (id: string) =>
    void modal.confirm({
      title: t("customer.merge_confirm"),
      content: t("customer.merge_confirm_hint"),
      okText: t("customer.merge_undo"),
      cancelText: t("common.cancel"),
      icon: null,
      onOk: () => undo.mutateAsync(id).catch(() => undefined),
    });
}

export function Merges({ customer, merges }: { customer: string; merges: readonly Merge[] }) {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  const ask = useUndo(customer);
  const may = useMay();
  if (merges.length === 0) return null;
  return (
    <Section title={t("customer.merges")} icon="merge">
      <ul className={css.lines}>
        {merges.map((merge) => (
          <li key={merge.id} className={css.merge} data-past={merge.undone}>
            <p>{text(merge.reason)}</p>
            <small>{format.full(merge.time)}</small>
            {merge.undone && <small>{t("customer.merge_undone")}</small>}
            {!merge.undone && may("customers.unmerge") && (
              <Button size="small" type="text" icon={<Icon name="undo" size={14} />} onClick={() => ask(merge.id)}>
                {t("customer.merge_undo")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
