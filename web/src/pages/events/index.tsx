import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { eventsSummaryQuery } from "@/api/events";
import { Failed } from "@/components/failed";
import { useMay } from "@/components/rights";
import { Bones } from "@/ui/parts";
import css from "./events.module.css";
import { Hubs } from "./hubs";
import { Kinds } from "./kinds";
import { Rate } from "./rate";
import { Rejections } from "./rejections";
import { Sources } from "./sources";
import { Stream } from "./stream";
import { Vault } from "./vault";

export function EventsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const found = useQuery(eventsSummaryQuery);
  const summary = found.data;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("events.title")}</h1>
        <p>{t("events.lead")}</p>
      </header>
      {found.isError && !summary && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Bones rows={14} label={t("common.loading")} />}
      {summary && (
        <>
          <Rate summary={summary} />
          <div className={css.columns}>
            <div>
              {may("customers.read") && <Stream />}
              <Sources sources={summary.sources} />
              <Rejections rejections={summary.rejections} />
            </div>
            <div>
              <Vault vault={summary.vault} />
              <Hubs hubs={summary.hubs} />
              <Kinds />
            </div>
          </div>
        </>
      )}
    </div>
  );
}
