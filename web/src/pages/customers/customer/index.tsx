import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { customerQuery } from "@/api/customers";
import { ApiError } from "@/api/http";
import { Failed } from "@/components/failed";
import { useRemembered } from "@/components/recent";
import { WhyDrawer } from "@/components/why/drawer";
import { Bones, Empty } from "@/ui/parts";
import { AccessHistory } from "./access";
import { Decisions } from "./decisions";
import { Details, Kept, Story } from "./details";
import { Head } from "./head";
import { Identifiers } from "./identifiers";
import { Merges } from "./merges";
import { Profile } from "./profile";
import { Tags } from "./tags";
import { Tasks } from "./tasks";
import { Timeline } from "./timeline";
import { WhyNotDrawer } from "./why-not";
import css from "./customer.module.css";

const views = ["profile", "timeline"] as const;
const route = getRouteApi("/shell/customers/$id");

export function CustomerPage() {
  const { t } = useTranslation();
  const { id } = route.useParams();
  const { kind, why, rule } = route.useSearch();
  const navigate = route.useNavigate();
  const [view, setView] = useState<(typeof views)[number]>("profile");
  const [story, setStory] = useState<"events" | "all">("events");
  const found = useQuery(customerQuery(id));
  useRemembered({ object: "customer", id: found.data?.id ?? id }, found.data !== undefined);
  const see = (decision: string | undefined) => void navigate({ search: (now) => ({ ...now, rule: undefined, why: decision }), replace: true, resetScroll: false });
  const seeNot = (chosen: string | undefined) => void navigate({ search: (now) => ({ ...now, why: undefined, rule: chosen }), replace: true, resetScroll: false });

  if (found.error instanceof ApiError && found.error.status === 404) {
    return <Empty icon="customers" title={t("customer.missing")} hint={t("customer.missing_hint")} />;
  }
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const customer = found.data;
  return (
    <div className={css.page} data-view={view}>
      <nav className={css.views} aria-label={t("customer.view")}>
        {views.map((each) => (
          <button key={each} type="button" aria-pressed={each === view} onClick={() => setView(each)}>
            {t(`customer.view_${each}`)}
          </button>
        ))}
      </nav>
      <aside className={css.side}>
        {customer ? (
          <>
            <Head customer={customer} />
            <Tags tags={customer.tags} see={see} whyNot={() => seeNot("pick")} />
            <Details record={customer.record} />
            <Profile fields={customer.profile} />
            <Identifiers customer={id} identifiers={customer.identifiers} />
            <Tasks customer={id} tasks={customer.tasks} see={see} />
            <Decisions customer={id} see={see} />
            <Merges customer={id} merges={customer.merges} />
            <Kept record={customer.record} />
            <AccessHistory customer={id} />
          </>
        ) : (
          <Bones rows={16} label={t("common.loading")} />
        )}
      </aside>
      <div className={css.main}>
        <Segmented className={css.stories ?? ""} value={story} options={[{ value: "events", label: t("customer.story_events") }, { value: "all", label: t("customer.story_all") }]} onChange={(next) => setStory(next as "events" | "all")} />
        {story === "all" && customer ? (
          <Story record={customer.record} />
        ) : (
          <Timeline key={`${id} ${kind}`} customer={id} kind={kind ?? null} setKind={(next) => void navigate({ search: (now) => ({ ...now, kind: next ?? undefined }), replace: true })} />
        )}
      </div>
      <WhyDrawer decision={why} see={see} />
      <WhyNotDrawer customer={id} rule={rule} choose={seeNot} />
    </div>
  );
}
