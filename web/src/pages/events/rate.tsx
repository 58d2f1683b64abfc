import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EventsSummary } from "@/api/types";
import { useFormat } from "@/components/language";
import { useLive } from "@/components/live";
import { Fact } from "@/ui/parts";
import { Sparkline } from "@/ui/sparkline";
import css from "./events.module.css";
import { joinSeries } from "./series";

/** The server's last minute when the page opened, carried on by the live stream. */
function useSeries(server: readonly number[]): number[] {
  const live = useLive();
  const [start] = useState({ server, seconds: live.seconds });
  if (!live.connected) return [...server];
  return joinSeries(start.server, live.per_second, live.seconds - start.seconds);
}

function Latency({ summary }: { summary: EventsSummary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const ms = (value: number) => t("events.ms", { n: format.short(value) });
  const { latency } = summary;
  return (
    <dl className={css.latency}>
      <dt>{t("events.latency")}</dt>
      <dd><b>{ms(latency.p50_ms)}</b> {t("events.p50")}</dd>
      <dd><b>{ms(latency.p99_ms)}</b> {t("events.p99")}</dd>
      <dd><b>{ms(latency.max_ms)}</b> {t("events.max")}</dd>
      <dt>{t("events.flush")}</dt>
      <dd><b>{ms(latency.flush_p50_ms)}</b> {t("events.p50")}</dd>
      <dd><b>{ms(latency.flush_p99_ms)}</b> {t("events.p99")}</dd>
    </dl>
  );
}

export function Rate({ summary }: { summary: EventsSummary }) {
  const { t } = useTranslation();
  const format = useFormat();
  const live = useLive();
  const series = useSeries(summary.per_second);
  const now = live.connected ? live.rate : (summary.per_second.at(-1) ?? 0);
  return (
    <section className={css.rate}>
      <dl className={css.figures}>
        <Fact large label={t("events.rate")}>{format.short(now)}</Fact>
        <Fact large label={t("events.total")}>{format.number(summary.total)}</Fact>
      </dl>
      <figure className={css.chart}>
        <Sparkline values={series} label={`${t("events.rate")}, ${t("events.last_minute")}`} height={76} />
        <figcaption><span>{t("events.last_minute")}</span><span>{format.number(Math.max(0, ...series))}/s</span></figcaption>
      </figure>
      <Latency summary={summary} />
    </section>
  );
}
