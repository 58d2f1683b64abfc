import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { recentEventsQuery } from "@/api/events";
import type { TimelineItem } from "@/api/types";
import { EventLine } from "@/components/event-line";
import { Failed } from "@/components/failed";
import { Icon } from "@/ui/icon";
import { Bones, Quiet, Section } from "@/ui/parts";
import css from "./events.module.css";

const shown_events = 12;

/** Events as they arrive; held still while paused. */
export function Stream() {
  const { t } = useTranslation();
  const found = useQuery(recentEventsQuery);
  const [held, setHeld] = useState<TimelineItem[] | null>(null);
  const items = held ?? found.data?.items ?? [];
  const toggle = (
    <Button size="small" type="text" icon={<Icon name={held ? "play" : "pause"} size={13} />} onClick={() => setHeld(held ? null : items)}>
      {held ? t("events.stream_resume") : t("events.stream_pause")}
    </Button>
  );
  return (
    <Section title={t("events.stream")} icon="events" aside={items.length > 0 && toggle}>
      {found.isPending && <Bones rows={6} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && <Quiet>{t("events.stream_empty")}</Quiet>}
      <ul className={css.stream}>
        {items.slice(0, shown_events).map((item) => (
          <li key={item.event}><EventLine item={item} time="moment" link /></li>
        ))}
      </ul>
    </Section>
  );
}
