import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { accessQuery } from "@/api/customers";
import { Failed } from "@/components/failed";
import { useFormat, useText } from "@/components/language";
import { Bones, Chip, Quiet, Section } from "@/ui/parts";
import css from "./customer.module.css";

/** Who opened this customer's originals. */
export function AccessHistory({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  const found = useQuery(accessQuery(customer));
  const items = found.data?.items ?? [];
  return (
    <Section title={<span className={css.amber}>{t("customer.access")}</span>} icon="lock">
      {found.isPending && <Bones rows={2} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && <Quiet>{t("customer.no_access")}</Quiet>}
      <ul className={css.lines}>
        {items.map((access) => (
          <li key={access.time + access.actor} className={css.access} title={text(access.basis)}>
            <p>
              <strong>{access.actor}</strong> · {text(access.purpose)} · {t("customer.access_records", { count: access.records })}
            </p>
            <small>{format.full(access.time)}</small>
            {!access.allowed && <Chip tone="red">{t("customer.access_denied")}</Chip>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
