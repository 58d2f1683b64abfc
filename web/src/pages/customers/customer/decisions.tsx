import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { customerDecisionsQuery } from "@/api/customers";
import { Ago } from "@/components/ago";
import { Failed } from "@/components/failed";
import { useOutcome } from "@/components/why/outcome";
import { Bones, Section } from "@/ui/parts";
import css from "./customer.module.css";

const few = 4;

/** Everything decided about the customer, also what no longer counts. */
export function Decisions({ customer, see }: { customer: string; see: (decision: string) => void }) {
  const { t } = useTranslation();
  const outcome = useOutcome();
  const [all, setAll] = useState(false);
  const found = useQuery(customerDecisionsQuery(customer));
  const items = found.data?.items ?? [];
  if (found.data && items.length === 0) return null;
  const shown = all ? items : items.slice(0, few);
  return (
    <Section title={t("customer.decisions")} icon="rules">
      {found.isPending && <Bones rows={3} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      <ul className={css.lines}>
        {shown.map((decision) => (
          <li key={decision.id}>
            <button type="button" className={css.line} data-past={decision.superseded} onClick={() => see(decision.id)} title={decision.superseded ? t("why.superseded") : undefined}>
              <span>{outcome(decision)}</span>
              <small><Ago time={decision.at} /></small>
            </button>
          </li>
        ))}
      </ul>
      {items.length > shown.length && (
        <Button type="link" size="small" className={css.flush ?? ""} onClick={() => setAll(true)}>
          {t("common.and_more", { n: items.length - shown.length })}
        </Button>
      )}
    </Section>
  );
}
