import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { invitationsQuery, removeInvitation } from "@/api/people";
import { useAct } from "@/components/act";
import { useFormat, useText } from "@/components/language";
import { Section } from "@/ui/parts";
import css from "../settings.module.css";

/** Invitations that wait; none, no section. */
export function Invitations() {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  const cache = useQueryClient();
  const items = useQuery(invitationsQuery).data?.items ?? [];
  const remove = useAct({ mutationFn: removeInvitation, onSuccess: () => cache.invalidateQueries({ queryKey: invitationsQuery.queryKey }) });
  if (items.length === 0) return null;
  return (
    <Section title={t("people.invitations")} icon="email">
      <ul>
        {items.map((one) => (
          <li key={one.id} className={css.device}>
            <div>
              <strong>{one.email}</strong>
              <span className={css.soft}>{text(one.role_name)} · {t("people.until", { time: format.full(one.expires_at) })}</span>
            </div>
            <Button size="small" aria-label={`${t("people.take_back")} ${one.email}`} onClick={() => remove.mutate(one.id)}>{t("people.take_back")}</Button>
          </li>
        ))}
      </ul>
    </Section>
  );
}
