import { useTranslation } from "react-i18next";
import type { EventsSummary } from "@/api/types";
import { Icon } from "@/ui/icon";
import css from "./events.module.css";

export function Vault({ vault }: { vault: EventsSummary["vault"] }) {
  const { t } = useTranslation();
  return (
    <section className={css.vault} data-up={vault.up}>
      <Icon name="vault" size={22} />
      <div>
        <h2>
          {t("events.vault")}
          <span>{vault.up ? t("events.vault_up") : t("events.vault_down")}</span>
        </h2>
        <p>{t("events.vault_hint")}</p>
        {vault.level !== null && <p>{t("events.vault_level", { level: t(`events.isolation.${vault.level}`) })}</p>}
      </div>
    </section>
  );
}
