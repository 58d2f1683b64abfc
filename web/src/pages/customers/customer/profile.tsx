import { useTranslation } from "react-i18next";
import type { ProfileField } from "@/api/types";
import { useFormat, useLabel } from "@/components/language";
import { Quiet, Section } from "@/ui/parts";
import css from "./customer.module.css";

export function Profile({ fields }: { fields: readonly ProfileField[] }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const format = useFormat();
  return (
    <Section title={t("customer.profile")} icon="profile">
      {fields.length === 0 && <Quiet>{t("customer.no_profile")}</Quiet>}
      <dl className={css.pairs}>
        {fields.map((field) => (
          <div key={field.field}>
            <dt>{labelOf(field.label)}</dt>
            <dd title={format.full(field.time)}>{field.value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
