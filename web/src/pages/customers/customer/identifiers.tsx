import { App, Button, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { reveal } from "@/api/customers";
import type { Identifier } from "@/api/types";
import { useAct } from "@/components/act";
import { useLabel } from "@/components/language";
import { useMay } from "@/components/rights";
import { Icon } from "@/ui/icon";
import { Chip, Section } from "@/ui/parts";
import css from "./customer.module.css";

const few = 3;

function Line({ identifier, value }: { identifier: Identifier; value: string | undefined }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  return (
    <li className={css.identifier}>
      <span className={css.scheme} title={identifier.scope === "" ? undefined : t("customer.scope", { scope: identifier.scope })}>
        {labelOf(identifier.label)}
      </span>
      <span className={css.value} data-open={value !== undefined}>{value ?? identifier.value}</span>
      {identifier.hub ? (
        <Tooltip title={t("customer.hub_hint")}><span><Chip tone="amber">{t("customer.hub")}</Chip></span></Tooltip>
      ) : (
        <span className={css.joins}>{identifier.joins ? t("customer.joins") : t("customer.evidence_only")}</span>
      )}
    </li>
  );
}

export function Identifiers({ customer, identifiers }: { customer: string; identifiers: readonly Identifier[] }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const may = useMay();
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<ReadonlyMap<string, string>>(new Map());
  const show = useAct({
    mutationFn: () => reveal(customer),
    onSuccess: (revealed) => {
      setOpen(new Map(revealed.identifiers.map((each) => [each.id, each.value])));
      void message.info(t("customer.revealed"));
    },
  });
  // Those that join come first; of order numbers and the like there may be hundreds.
  const joining = identifiers.filter((identifier) => identifier.joins || identifier.hub).length;
  const sorted = identifiers.toSorted((a, b) => Number(b.joins || b.hub) - Number(a.joins || a.hub));
  const listed = all ? sorted : sorted.slice(0, joining + few);
  const shown = open.size > 0;
  const toggle = (
    <Tooltip title={shown ? undefined : t("customer.reveal_hint")}>
      <Button size="small" type="text" className={css.amber ?? ""} loading={show.isPending} icon={<Icon name={shown ? "eye_off" : "eye"} size={14} />} onClick={() => (shown ? setOpen(new Map()) : show.mutate())}>
        {shown ? t("customer.hide") : t("customer.reveal")}
      </Button>
    </Tooltip>
  );
  return (
    <Section title={t("customer.identifiers")} icon="key" aside={identifiers.length > 0 && may("customers.reveal") && toggle}>
      <ul>
        {listed.map((identifier) => (
          <Line key={identifier.id} identifier={identifier} value={open.get(identifier.id)} />
        ))}
      </ul>
      {identifiers.length > listed.length && (
        <Button type="link" size="small" className={css.flush ?? ""} onClick={() => setAll(true)}>
          {t("common.and_more", { n: identifiers.length - listed.length })}
        </Button>
      )}
    </Section>
  );
}
