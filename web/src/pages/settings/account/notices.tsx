import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import { noticeChoicesQuery, setNoticeChoices } from "@/api/notices";
import type { NoticeChoices as Choices } from "@/api/types";
import { useAct } from "@/components/act";
import { Failed } from "@/components/failed";
import { useTalk } from "@/i18n/talk";
import { Bones } from "@/ui/parts";
import css from "../settings.module.css";

const kinds = ["mention", "comment", "change", "owner"] as const;

/** Of what one is told. */
export function NoticeChoices() {
  const { t } = useTranslation();
  const talk = useTalk();
  const cache = useQueryClient();
  const found = useQuery(noticeChoicesQuery);
  const set = useAct<Choices, Choices>({ mutationFn: setNoticeChoices, onSuccess: (next) => cache.setQueryData(noticeChoicesQuery.queryKey, next) });
  if (found.isPending) return <Bones rows={4} label={t("common.loading")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const now = (set.isPending ? set.variables : undefined) ?? found.data;
  return (
    <>
      <p className={css.lead}>{talk("notices.choices_lead")}</p>
      <div className={css.told} role="group" aria-label={talk("notices.choices")}>
        {kinds.map((kind) => (
          <Checkbox key={kind} checked={now?.[kind] ?? true} onChange={(event) => now && set.mutate({ ...now, [kind]: event.target.checked })}>{talk(`notices.on_${kind}`)}</Checkbox>
        ))}
      </div>
    </>
  );
}
