import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { endSession, openSessionsQuery } from "@/api/people";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { Failed } from "@/components/failed";
import { Bones, Chip } from "@/ui/parts";
import css from "../settings.module.css";
import { browserOf } from "./browser";

/** Where one is signed in; each can be ended. */
export function Sessions() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const found = useQuery(openSessionsQuery);
  const end = useAct({ mutationFn: endSession, onSuccess: () => cache.invalidateQueries({ queryKey: openSessionsQuery.queryKey }) });
  if (found.isPending) return <Bones rows={2} label={t("common.loading")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  return (
    <ul>
      {found.data?.items.map((session) => {
        const name = browserOf(session.agent) ?? t("settings.unknown_device");
        return (
          <li key={session.id} className={css.device} title={session.agent}>
            <div>
              <strong>{name}</strong>
              <span className={css.soft}>
                {t("settings.seen")} <Ago time={session.seen_at} /> · {t("settings.since")} <Ago time={session.created_at} />
              </span>
            </div>
            {session.current ? (
              <Chip tone="teal">{t("settings.current")}</Chip>
            ) : (
              <Button size="small" aria-label={`${t("settings.end")} ${name}`} loading={end.isPending && end.variables === session.id} onClick={() => end.mutate(session.id)}>
                {t("settings.end")}
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
