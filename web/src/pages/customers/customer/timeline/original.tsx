import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Popover } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { openOriginal } from "@/api/customers";
import { sessionQuery } from "@/api/session";
import type { Original, OriginalRef, TimelineItem } from "@/api/types";
import { useAct } from "@/components/act";
import { useFormat, useLabel } from "@/components/language";
import { useMay } from "@/components/rights";
import { Icon } from "@/ui/icon";
import { Content } from "./original-content";
import css from "./original.module.css";

const open_s = 60;
const purpose = "customer_service";

type Opened = { original: Original; at: string };

/** Seconds until the original is sealed again; it is sealed at zero. */
function useCountdown(opened: Opened | null, seal: () => void): number {
  const [left, setLeft] = useState(open_s);
  useEffect(() => {
    if (!opened) return;
    const end = Date.now() + open_s * 1_000;
    setLeft(open_s);
    const timer = setInterval(() => {
      const now = Math.ceil((end - Date.now()) / 1_000);
      setLeft(now);
      if (now <= 0) seal();
    }, 500);
    return () => clearInterval(timer);
  }, [opened, seal]);
  return left;
}

type AskProps = { label: string; user: string; busy: boolean; agree: () => void; cancel: () => void };

function Ask({ label, user, busy, agree, cancel }: AskProps) {
  const { t } = useTranslation();
  return (
    <div className={css.ask}>
      <strong>{t("original.ask", { label })}</strong>
      <p>{t("original.ask_hint", { user })}</p>
      <p className={css.purpose}>
        {t("original.purpose")} <b>{t(`original.purposes.${purpose}`)}</b>
      </p>
      <div className={css.buttons}>
        <Button size="small" onClick={cancel}>{t("common.cancel")}</Button>
        <Button size="small" type="primary" className={css.agree ?? ""} loading={busy} onClick={agree} autoFocus>{t("original.confirm")}</Button>
      </div>
    </div>
  );
}

/** An original behind its lock: opened on the record, for a minute. */
export function OriginalLine({ item, original }: { item: TimelineItem; original: OriginalRef }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const format = useFormat();
  const cache = useQueryClient();
  const may = useMay();
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user?.name ?? "";
  const [asking, setAsking] = useState(false);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [seal] = useState(() => () => setOpened(null));
  const left = useCountdown(opened, seal);
  const open = useAct({
    mutationFn: () => openOriginal(item.customer, { event: item.event, index: original.index }),
    onSuccess: (content) => setOpened({ original: content, at: new Date().toISOString() }),
    onSettled: () => {
      setAsking(false);
      void cache.invalidateQueries({ queryKey: ["access"] });
    },
  });

  if (opened) {
    return (
      <section className={css.opened}>
        <Content original={opened.original} />
        <footer>
          <Icon name="unlock" size={13} />
          <span>{t("original.opened", { user, time: format.clock(opened.at), purpose: t(`original.purposes.${purpose}`) })}</span>
          <span className={css.left}>{t("original.relock", { n: Math.max(0, left) })}</span>
          <button type="button" onClick={seal}>{t("original.lock")}</button>
        </footer>
      </section>
    );
  }
  const ask = <Ask label={labelOf(original.label)} user={user} busy={open.isPending} agree={() => open.mutate()} cancel={() => setAsking(false)} />;
  return (
    <div className={css.sealed}>
      <Icon name="lock" size={13} />
      <span>{labelOf(original.label)}</span>
      <i aria-hidden="true" />
      {may("customers.originals") && (
        <Popover open={asking} onOpenChange={setAsking} trigger="click" content={ask} placement="bottomRight" destroyOnHidden>
          <button type="button">{t("original.open")}</button>
        </Popover>
      )}
    </div>
  );
}
