import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { jobQuery, stopJob } from "@/api/records";
import type { Job } from "@/api/types";
import { useFormat, useText } from "./language";
import css from "./running.module.css";

type Props = { job: Job; total: number; /** Takes the whole back; none where it cannot be. */ undo?: (batch: string) => void; close: () => void };

/** How far a job is, with a way to stop it, and back once it has ended. */
export function Running({ job, total, undo, close }: Props) {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  const cache = useQueryClient();
  const told = useQuery({ ...jobQuery(job.id), initialData: job }).data;
  useEffect(() => {
    if (!told.ended) return;
    void cache.invalidateQueries({ queryKey: ["records"] });
    void cache.invalidateQueries({ queryKey: ["objects"] });
  }, [told.ended, cache]);
  const percent = told.ended && !told.stopped ? 100 : Math.min(99, Math.round((100 * told.seen) / Math.max(1, total)));
  const { batch } = told;
  return (
    <div className={css.running} role="status">
      <Progress percent={percent} status={told.failed ? "exception" : told.ended ? "success" : "active"} />
      <p>{t("bulk.told", { changed: format.number(told.changed), left: format.number(told.left) })}</p>
      {told.lacking && <p role="status" className={css.hint}>{text(told.lacking)}</p>}
      {told.failed && <p role="alert" className={css.failed}>{text(told.failed)}</p>}
      <div className={css.buttons}>
        {!told.ended && <Button onClick={() => void stopJob(job.id)}>{t("bulk.stop")}</Button>}
        {told.ended && undo && batch !== null && <Button onClick={() => undo(batch)}>{t("records.undo")}</Button>}
        {told.ended && <Button type="primary" onClick={close}>{t("bulk.close")}</Button>}
      </div>
    </div>
  );
}
