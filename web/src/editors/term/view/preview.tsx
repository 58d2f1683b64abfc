import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Preview as PreviewData, PreviewCustomer } from "@/api/types";
import { useFormat } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Avatar } from "@/ui/parts";
import { share } from "../model/draft";
import css from "./preview.module.css";

function Figure({ label, n, of, strong }: { label: string; n: number; of: number; strong: boolean }) {
  const format = useFormat();
  return (
    <div className={css.figure} data-strong={strong}>
      <b>{format.number(n)}</b>
      <span>{label}</span>
      <i aria-hidden="true"><i style={{ width: `${share(n, of)}%` }} /></i>
    </div>
  );
}

function Sign({ yes, label }: { yes: boolean; label: string }) {
  const { t } = useTranslation();
  return (
    <span className={css.sign} data-yes={yes} role="img" aria-label={`${label}: ${yes ? t("editor.yes") : t("editor.no")}`}>
      <Icon name={yes ? "check" : "minus"} size={13} />
    </span>
  );
}

const shown_customers = 6;

function Sample({ customers }: { customers: readonly PreviewCustomer[] }) {
  const { t } = useTranslation();
  if (customers.length === 0) return null;
  return (
    <div className={css.sample}>
      <div className={css.sample_head}>
        <span>{t("editor.sample")}</span>
        <span>{t("editor.sample_month")}</span>
        <span>{t("editor.sample_now")}</span>
      </div>
      <ul>
        {customers.slice(0, shown_customers).map((each) => (
          <li key={each.customer}>
            <Link to="/customers/$id" params={{ id: each.customer }} search={{}} target="_blank">
              <Avatar name={each.name} size={22} />
              {each.name ?? t("common.unnamed")}
            </Link>
            <Sign yes={each.month_ago} label={t("editor.sample_month")} />
            <Sign yes={each.now} label={t("editor.sample_now")} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Whom the rule would match: today, a month ago, and some of them by name. */
export function Preview({ preview, stale }: { preview: PreviewData; stale: boolean }) {
  const { t } = useTranslation();
  const most = Math.max(preview.now, preview.month_ago) * 1.15;
  return (
    <div className={css.preview} data-stale={stale} aria-live="polite">
      <div className={css.figures}>
        <Figure label={t("editor.today")} n={preview.now} of={most} strong />
        <Figure label={t("editor.month_ago")} n={preview.month_ago} of={most} strong={false} />
      </div>
      <p className={css.population}>
        {t("editor.population", { count: preview.population })}
        {preview.unknown > 0 && <span>{t("editor.unknown", { count: preview.unknown })}</span>}
      </p>
      {preview.now === 0 && <p className={css.nobody}>{t("editor.nobody")}</p>}
      <Sample customers={preview.sample} />
    </div>
  );
}
