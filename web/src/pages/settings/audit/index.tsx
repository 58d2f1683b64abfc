import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { auditQuery } from "@/api/people";
import type { AuditLine } from "@/api/types";
import { Failed, FailedLine } from "@/components/failed";
import { useFormat, useText } from "@/components/language";
import { useMore } from "@/components/more";
import { Icon } from "@/ui/icon";
import { Bones, Empty } from "@/ui/parts";
import { Head } from "../head";
import css from "../settings.module.css";
import { detailOf } from "./detail";

const route = getRouteApi("/shell/settings/audit");

function Line({ line, only }: { line: AuditLine; only: () => void }) {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  const name = line.name === "local" || line.name === "invited" ? t(`audit.${line.name}`) : line.name;
  const detail = detailOf(line.detail);
  return (
    <li>
      <time dateTime={line.at}>{format.full(line.at)}</time>
      <p>
        <button type="button" title={t("audit.only")} onClick={only}>{name}</button> {text(line.label)}
      </p>
      <small>{[text(line.subject_name), detail].filter(Boolean).join(" · ")}</small>
    </li>
  );
}

export function AuditPage() {
  const { t } = useTranslation();
  const { actor } = route.useSearch();
  const navigate = route.useNavigate();
  const found = useInfiniteQuery(auditQuery(actor));
  const more = useMore(found);
  const lines = found.data?.pages.flatMap((page) => page.items) ?? [];
  const only = (chosen: string | undefined) => void navigate({ search: { actor: chosen } });
  return (
    <>
      <Head title={t("settings.audit")} lead={t("audit.lead")} />
      {actor !== undefined && (
        <p className={css.filter}>
          {t("audit.filtered", { name: lines[0]?.name ?? actor })}
          <Button size="small" icon={<Icon name="close" size={13} />} onClick={() => only(undefined)}>{t("audit.all")}</Button>
        </p>
      )}
      {found.isPending && <Bones rows={12} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && lines.length === 0 && <Empty icon="clock" title={t("audit.empty")} />}
      <ul className={css.lines} aria-label={t("settings.audit")}>
        {lines.map((line) => (
          <Line key={line.id} line={line} only={() => only(line.actor)} />
        ))}
      </ul>
      {more.error && <FailedLine error={more.error} retry={more.load} />}
      {found.hasNextPage && !more.error && (
        <p className={css.more}>
          <Button loading={found.isFetchingNextPage} onClick={more.load}>{t("audit.more")}</Button>
        </p>
      )}
    </>
  );
}
