import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { kindsQuery } from "@/api/events";
import type { Kind, KindField } from "@/api/types";
import { Failed } from "@/components/failed";
import { useLabel } from "@/components/language";
import { Chip, Quiet, Section } from "@/ui/parts";
import css from "./events.module.css";

function Field({ field }: { field: KindField }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  return (
    <li>
      <span>{labelOf(field.label)}</span>
      <code>{field.name}</code>
      <small>{t(`events.type.${field.type}`)}</small>
      <Chip tone={field.class === "plain" ? "teal" : "amber"} title={t(`events.class_hint.${field.class}`)}>
        {t(`events.class.${field.class}`)}
      </Chip>
    </li>
  );
}

function Declared({ kind }: { kind: Kind }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  return (
    <details className={css.kind}>
      <summary>
        <span>{labelOf(kind.label)}</span>
        <code>{kind.name}</code>
        <small>{t("events.fields", { count: kind.fields.length })}</small>
      </summary>
      {kind.fields.length === 0 ? (
        <Quiet>{t("events.kind_bare")}</Quiet>
      ) : (
        <ul>
          {kind.fields.map((field) => (
            <Field key={field.name} field={field} />
          ))}
        </ul>
      )}
    </details>
  );
}

/** The kinds that the workspace has of its own. */
export function Kinds() {
  const { t } = useTranslation();
  const found = useQuery(kindsQuery);
  const own = found.data?.items.filter((kind) => !kind.standard) ?? [];
  return (
    <Section title={t("events.kinds")} icon="profile">
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && <Quiet>{own.length === 0 ? t("events.kinds_empty") : t("events.kinds_hint")}</Quiet>}
      {own.map((kind) => (
        <Declared key={kind.name} kind={kind} />
      ))}
    </Section>
  );
}
