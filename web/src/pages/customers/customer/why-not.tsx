import { useQuery } from "@tanstack/react-query";
import { Drawer, Select } from "antd";
import { useTranslation } from "react-i18next";
import { whyNotQuery } from "@/api/customers";
import { rulesQuery } from "@/api/rules";
import { Failed } from "@/components/failed";
import { useText } from "@/components/language";
import { Values } from "@/components/why/values";
import { Bones, Chip, Quiet } from "@/ui/parts";
import css from "./customer.module.css";

function Answer({ customer, rule }: { customer: string; rule: string }) {
  const { t } = useTranslation();
  const text = useText();
  const found = useQuery(whyNotQuery(customer, rule));
  if (found.isPending) return <Bones rows={6} label={t("common.loading")} />;
  if (found.isError) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const { holds, why, values } = found.data;
  return (
    <div className={css.answer}>
      <Chip tone={holds ? "teal" : "red"}>{holds ? t("why_not.holds") : t("why_not.not")}</Chip>
      <p>{text(why)}</p>
      <Values values={values} />
    </div>
  );
}

/** Pick a rule and read why it does not hold for this customer. */
export function WhyNotDrawer({ customer, rule, choose }: { customer: string; rule: string | undefined; choose: (rule: string | undefined) => void }) {
  const { t } = useTranslation();
  const open = rule !== undefined;
  const found = useQuery({ ...rulesQuery, enabled: open });
  const chosen = found.data?.items.find((each) => each.id === rule);
  return (
    <Drawer open={open} onClose={() => choose(undefined)} title={t("why_not.title")} size="min(520px, 100vw)" destroyOnHidden>
      {found.isPending && <Bones rows={3} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <>
          <p className={css.pick}>{t("why_not.pick")}</p>
          <Select
            className={css.select ?? ""}
            aria-label={t("why_not.placeholder")}
            placeholder={t("why_not.placeholder")}
            notFoundContent={<Quiet>{t("why_not.no_rules")}</Quiet>}
            value={chosen?.id ?? null}
            options={found.data.items.map((each) => ({ value: each.id, label: each.name }))}
            onChange={(id) => choose(id ?? undefined)}
          />
        </>
      )}
      {chosen && <blockquote className={css.sentence}>{chosen.sentence}</blockquote>}
      {chosen && <Answer customer={customer} rule={chosen.id} />}
    </Drawer>
  );
}
