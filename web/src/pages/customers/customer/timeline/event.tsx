import { useTranslation } from "react-i18next";
import type { TimelineItem } from "@/api/types";
import { KindIcon } from "@/components/kind-icon";
import { useFormat, useGist, useLabel, useText } from "@/components/language";
import { OriginalLine } from "./original";
import { isLate } from "./rows";
import css from "./timeline.module.css";

export function TimelineEvent({ item, fresh }: { item: TimelineItem; fresh: boolean }) {
  const { t } = useTranslation();
  const text = useText();
  const label = useLabel();
  const gist = useGist();
  const format = useFormat();
  return (
    <article className={css.event} data-fresh={fresh}>
      <time className={css.clock} dateTime={item.time} title={format.full(item.time)}>{format.clock(item.time)}</time>
      <KindIcon kind={item.kind} size={28} />
      <div className={css.body}>
        <p className={css.line}>
          <strong>{label(item.label)}</strong>
          {item.fields.length === 0 && <span>{gist(item)}</span>}
        </p>
        {item.fields.length > 0 && (
          <dl className={css.fields}>
            {item.fields.map((field) => (
              <div key={field.name}>
                <dt>{text(field.label)}</dt>
                <dd>{text(field.value)}</dd>
              </div>
            ))}
          </dl>
        )}
        {item.originals.map((original) => (
          <OriginalLine key={original.index} item={item} original={original} />
        ))}
        {isLate(item) && <small className={css.late}>{t("timeline.late", { time: format.full(item.received_at) })}</small>}
      </div>
      <span className={css.source} title={item.history ? t("timeline.history") : undefined}>{item.source}</span>
    </article>
  );
}
