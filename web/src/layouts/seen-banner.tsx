import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { seeAsOneself } from "@/api/people";
import { sessionQuery } from "@/api/session";
import { useAct } from "@/components/act";
import { startAnew } from "@/components/anew";
import { Chip } from "@/ui/parts";
import css from "./demo-banner.module.css";

/** Says as whom the workspace is seen, while it is, and leads back. */
export function SeenBanner() {
  const { t } = useTranslation();
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user;
  const end = useAct<void, unknown>({ mutationFn: seeAsOneself, onSuccess: () => startAnew("/settings/people") });
  if (!user?.seen_by) return null;
  return (
    <section className={css.banner} aria-label={t("seen.badge")}>
      <p>
        <Chip tone="amber">{t("seen.badge")}</Chip>
        <span>{t("seen.text", { name: user.name, by: user.seen_by })}</span>
      </p>
      <Button size="small" loading={end.isPending} onClick={() => end.mutate()}>{t("seen.end")}</Button>
    </section>
  );
}
