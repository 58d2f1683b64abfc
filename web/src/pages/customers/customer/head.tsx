import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { exportPath } from "@/api/customers";
import type { Customer } from "@/api/types";
import { Ago } from "@/components/ago";
import { useFormat } from "@/components/language";
import { useMay } from "@/components/rights";
import { Icon } from "@/ui/icon";
import { Avatar, Fact } from "@/ui/parts";
import { Erase } from "./erase";
import css from "./customer.module.css";

export function Head({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  return (
    <header className={css.head}>
      <div className={css.trail}>
        <Link to="/customers" search={{}} className={css.back}>
          <Icon name="back" size={14} />
          {t("customers.title")}
        </Link>
        {may("customers.export") && (
          <Button size="small" href={exportPath(customer.id)} download title={t("customer.export_hint")} icon={<Icon name="download" size={14} />}>
            {t("customer.export")}
          </Button>
        )}
        {may("customers.erase") && <Erase customer={customer} />}
      </div>
      <div className={css.who}>
        <Avatar name={customer.name} size={52} />
        <div>
          <h1>{customer.name ?? t("common.unnamed")}</h1>
          <p>{t("customer.events", { count: customer.events })}</p>
        </div>
      </div>
      <dl className={css.facts}>
        <Fact label={t("customer.last_seen")}><Ago time={customer.last_seen} /></Fact>
        <Fact label={t("customer.first_seen")}>{customer.first_seen === null ? t("common.never") : format.day(customer.first_seen)}</Fact>
      </dl>
    </header>
  );
}
