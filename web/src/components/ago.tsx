import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "./language";

const beats = new Set<() => void>();
let present = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function listen(beat: () => void) {
  beats.add(beat);
  if (timer === null) {
    present = Date.now();
    timer = setInterval(() => {
      present = Date.now();
      for (const each of beats) each();
    }, 15_000);
  }
  return () => {
    beats.delete(beat);
    if (beats.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** The present, renewed every 15 s. */
export const useNow = () => useSyncExternalStore(listen, () => present);

/** "3 分钟前", exact when hovered. */
export function Ago({ time }: { time: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  if (time === null) return <>{t("common.never")}</>;
  return (
    <time dateTime={time} title={format.full(time)}>
      {format.ago(time, now) ?? t("common.just_now")}
    </time>
  );
}

/** The clock on the same day, to the second; else as `Ago`. */
export function Moment({ time }: { time: string }) {
  const format = useFormat();
  const now = useNow();
  if (format.dayKey(time) !== format.dayKey(new Date(now).toISOString())) return <Ago time={time} />;
  return (
    <time dateTime={time} title={format.full(time)}>
      {format.clockSeconds(time)}
    </time>
  );
}
