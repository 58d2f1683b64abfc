import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { clearDemo, sessionQuery } from "@/api/session";
import { useAct } from "@/components/act";
import { useMay } from "@/components/rights";
import { Chip } from "@/ui/parts";
import css from "./demo-banner.module.css";

export function DemoBanner() {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const cache = useQueryClient();
  const may = useMay();
  const demo = useQuery({ ...sessionQuery, enabled: false }).data?.company.demo;
  const clear = useAct<void, unknown>({
    mutationFn: clearDemo,
    onSuccess: async () => {
      void message.success(t("demo.cleared"));
      // The server starts anew, and nobody else asks for the session again.
      await Promise.all([cache.resetQueries(), cache.fetchQuery({ ...sessionQuery, staleTime: 0, retry: 5 })]);
    },
  });
  if (!demo) return null;
  const ask = () =>
    void modal.confirm({
      title: t("demo.confirm"),
      content: t("demo.confirm_hint"),
      okText: t("demo.confirm_yes"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => clear.mutateAsync().catch(() => undefined),
    });
  return (
    <section className={css.banner} aria-label={t("demo.badge")}>
      <p>
        <Chip tone="teal">{t("demo.badge")}</Chip>
        <span>
          {t("demo.text")}<span className={css.more}>{t("demo.more")}</span>
        </span>
      </p>
      {may("demo.clear") && (
        <Button size="small" onClick={ask} loading={clear.isPending}>
          {t("demo.clear")}
        </Button>
      )}
    </section>
  );
}
