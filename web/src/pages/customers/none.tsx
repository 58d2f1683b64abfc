import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { firstEvent } from "@/components/first-event";
import { useLanguage } from "@/components/language";
import { Code } from "@/ui/copy";
import { Empty } from "@/ui/parts";
import css from "./none.module.css";

export function NoCustomers() {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Empty icon="customers" title={t("customers.empty")} hint={t("customers.empty_hint")}>
      <div className={css.first}>
        <p>{t("customers.empty_key")}</p>
        <Code label={t("events.first")} text={firstEvent(language, "shop/tmall", null)} />
        <Link to="/events"><Button type="primary">{t("customers.empty_go")}</Button></Link>
      </div>
    </Empty>
  );
}
