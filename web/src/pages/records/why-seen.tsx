import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { membersQuery } from "@/api/objects";
import { whySeenQuery } from "@/api/records";
import { FailedLine } from "@/components/failed";
import { useText } from "@/components/language";
import { Icon } from "@/ui/icon";
import css from "./records.module.css";

function Answer({ yes, what, because }: { yes: boolean; what: string; because: string }) {
  return (
    <p className={css.answer} data-yes={yes}>
      <Icon name={yes ? "check" : "close"} size={15} />
      <span>
        <strong>{what}</strong> {because}
      </span>
    </p>
  );
}

/** Why someone sees a record, or does not. */
export function WhySeen({ object, id }: { object: string; id: string }) {
  const { t } = useTranslation();
  const text = useText();
  const [person, setPerson] = useState<string>();
  const members = useQuery(membersQuery).data?.items ?? [];
  const found = useQuery({ ...whySeenQuery(object, id, person ?? ""), enabled: person !== undefined });
  const told = found.data;
  return (
    <section className={css.why} aria-label={t("why_seen.title")}>
      <h3>{t("why_seen.title")}</h3>
      <Select size="small" style={{ width: "100%" }} aria-label={t("why_seen.who")} placeholder={t("why_seen.who")} showSearch={{ optionFilterProp: "label" }} options={members.map((member) => ({ value: member.id, label: member.name }))} {...(person === undefined ? {} : { value: person })} onChange={setPerson} />
      {found.isError && <FailedLine error={found.error} retry={() => void found.refetch()} />}
      {told && (
        <>
          <p className={css.empty}>{t("why_seen.role", { name: told.name, role: text(told.role) })}</p>
          <Answer yes={told.sees} what={t(told.sees ? "why_seen.sees" : "why_seen.sees_not")} because={text(told.sees_because)} />
          <Answer yes={told.writes} what={t(told.writes ? "why_seen.writes" : "why_seen.writes_not")} because={text(told.writes_because)} />
        </>
      )}
    </section>
  );
}
