import { useTranslation } from "react-i18next";
import type { Hub } from "@/api/types";
import { useLabel } from "@/components/language";
import { Quiet, Section } from "@/ui/parts";
import css from "./events.module.css";

export function Hubs({ hubs }: { hubs: readonly Hub[] }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  return (
    <Section title={t("events.hubs")} icon="key">
      <Quiet>{hubs.length === 0 ? t("events.hubs_empty") : t("events.hubs_hint")}</Quiet>
      <ul className={css.hubs}>
        {hubs.map((hub) => (
          <li key={hub.id}>
            <span>{labelOf(hub.label)}</span>
            <code>{hub.value}</code>
            <small>{t("events.degree", { count: hub.degree })}</small>
          </li>
        ))}
      </ul>
    </Section>
  );
}
