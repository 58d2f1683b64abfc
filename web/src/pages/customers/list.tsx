import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRow } from "@/api/types";
import { FailedLine } from "@/components/failed";
import { type List, useMore } from "@/components/more";
import { useScroll } from "@/components/scroll";
import { isForPage, isTyping } from "@/util/keys";
import { rowsId } from "./live-top";
import { Row } from "./row";
import css from "./row.module.css";

const narrow = window.matchMedia("(max-width: 640px)");
const rowHeight = () => (narrow.matches ? 68 : 46);

function Head() {
  const { t } = useTranslation();
  return (
    <div className={css.head} aria-hidden="true">
      <span>{t("customers.name")}</span>
      <span>{t("customers.identifiers")}</span>
      <span>{t("customers.tags")}</span>
      <span className={css.events}>{t("customers.events")}</span>
      <span className={css.seen}>{t("customers.last_seen")}</span>
    </div>
  );
}

/** j and k (or the arrows) move the focus; Enter opens, as on any link. The place is a customer, so it stays on them when rows move. */
function useRowKeys(rows: readonly CustomerRow[], show: (place: number) => void) {
  const [active, setActive] = useState<string | null>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const searching = isTyping(event.target);
      if (!isForPage(event.target) || event.isComposing || event.metaKey || event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
      const down = event.key === "ArrowDown" || (event.key === "j" && !searching);
      const up = event.key === "ArrowUp" || (event.key === "k" && !searching);
      if (!down && !up) return;
      event.preventDefault();
      const at = rows.findIndex((row) => row.id === active);
      const next = Math.min(rows.length - 1, Math.max(0, at + (down ? 1 : at === -1 ? 1 : -1)));
      setActive(rows[next]?.id ?? null);
      show(next);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [rows, active, show]);
  useEffect(() => {
    if (active !== null) document.getElementById(active)?.focus({ preventScroll: true });
  }, [active]);
  return active;
}

export function CustomerList({ rows, list }: { rows: CustomerRow[]; list: List }) {
  const { t } = useTranslation();
  const scroll = useScroll();
  const { wanted, load, error } = useMore(list);
  const box = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useEffect(() => setMargin(box.current?.offsetTop ?? 0), []);
  const view = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: rowHeight,
    getItemKey: (place) => rows[place]?.id ?? place,
    overscan: 12,
    scrollMargin: margin,
  });
  const shown = view.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (wanted && last >= rows.length - 30) load();
  }, [wanted, last, rows.length, load]);
  const active = useRowKeys(rows, (place) => view.scrollToIndex(place, { align: "auto" }));

  return (
    <>
      <Head />
      <div ref={box} id={rowsId} role="list" aria-label={t("customers.title")} style={{ height: view.getTotalSize(), position: "relative" }}>
        {shown.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <div key={item.key} role="listitem" style={{ position: "absolute", insetInline: 0, top: 0, transform: `translateY(${item.start - margin}px)` }}>
                <Row row={row} active={row.id === active} stop={active === null ? item.index === 0 : row.id === active} />
              </div>
            )
          );
        })}
      </div>
      {error && <FailedLine error={error} retry={load} />}
    </>
  );
}
