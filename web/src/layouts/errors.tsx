import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Denied } from "@/components/rights";
import { Empty } from "@/ui/parts";

export function Broken({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (error instanceof Denied) return <Empty icon="lock" title={t("error.denied")} hint={t("error.denied_hint")} />;
  return (
    <Empty icon="question" title={t("error.page")} hint={t("error.page_hint")}>
      <Button onClick={() => window.location.reload()}>{t("error.reload")}</Button>
    </Empty>
  );
}

export function Missing() {
  const { t } = useTranslation();
  return (
    <Empty icon="question" title={t("error.missing")} hint={t("error.missing_hint")}>
      <Link to="/">
        {t("error.home")}
      </Link>
    </Empty>
  );
}
