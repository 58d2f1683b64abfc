import { useTranslation } from "react-i18next";
import type { KindCount } from "@/api/types";
import { KindIcon } from "@/components/kind-icon";
import { useFormat, useLabel } from "@/components/language";
import { Section } from "@/ui/parts";
import css from "./events.module.css";

const shown_kinds = 12;

export function Kinds({ kinds }: { kinds: readonly KindCount[] }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const format = useFormat();
  const sorted = kinds.toSorted((a, b) => b.count - a.count).slice(0, shown_kinds);
  const most = Math.max(1, sorted[0]?.count ?? 1);
  if (sorted.length === 0) return null;
  return (
    <Section title={t("events.kinds")} icon="spark">
      <ul className={css.kinds}>
        {sorted.map((each) => (
          <li key={each.kind} title={each.kind}>
            <KindIcon kind={each.kind} size={22} />
            <span>{labelOf(each.label)}</span>
            <i aria-hidden="true"><i style={{ width: `${(each.count / most) * 100}%` }} /></i>
            <b>{format.number(each.count)}</b>
          </li>
        ))}
      </ul>
    </Section>
  );
}
