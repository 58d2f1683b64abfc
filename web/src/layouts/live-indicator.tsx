import { Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/components/language";
import { useLive } from "@/components/live";
import { Unseen } from "@/ui/parts";
import css from "./live-indicator.module.css";

/** A dot that beats while events arrive, and how many a second. */
export function LiveIndicator() {
  const { t } = useTranslation();
  const format = useFormat();
  const live = useLive();
  const rate = format.short(live.rate);
  const said = live.connected ? (live.rate > 0 ? t("top.live_rate", { rate }) : t("top.live_idle")) : t("top.live_lost");
  const state = live.connected ? (live.rate > 0 ? "moving" : "idle") : "lost";
  return (
    <>
      <Tooltip title={said}>
        <span className={css.live} data-state={state} role="img" aria-label={said}>
          <span className={css.dot} />
          <span className={css.rate}>{live.connected ? `${rate}/s` : "–"}</span>
        </span>
      </Tooltip>
      <span role="status">{!live.connected && <Unseen>{t("top.live_lost")}</Unseen>}</span>
    </>
  );
}
