import { Select } from "antd";
import { useState } from "react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { timelineQuery } from "@/api/customers";
import type { Text, TimelineItem } from "@/api/types";
import { useLabel } from "@/components/language";
import { ChipButton } from "@/ui/parts";
import { families, familyOf } from "@/util/kind";
import { mostSeen } from "./rows";
import css from "./timeline.module.css";

const chips = 5;

type Props = { customer: string; items: readonly TimelineItem[]; kind: string | null; setKind: (kind: string | null) => void };

/** The kinds this customer most often has as chips; all of them in a list. */
export function KindFilter({ customer, items, kind, setKind }: Props) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const [asked, setAsked] = useState(false);
  const known = useInfiniteQuery({ ...timelineQuery(customer, null), enabled: kind === null || asked }).data?.pages.flatMap((page) => page.items) ?? [];
  const seen = new Map<string, Text>(items.map((item) => [item.kind, item.label]));
  const shown = mostSeen(items, chips).map((each): [string, Text | undefined] => [each, seen.get(each)]);
  const all = new Map<string, Text>([...seen, ...known.map((item): [string, Text] => [item.kind, item.label])]);
  const options = families
    .map((family) => ({ label: t(`timeline.family.${family}`), options: [...all].filter(([each]) => familyOf(each) === family).map(([value, label]) => ({ value, label: labelOf(label) })) }))
    .filter((group) => group.options.length > 0);
  return (
    <div className={css.filter} role="group" aria-label={t("timeline.filter")}>
      {kind === null &&
        shown.map(([each, label]) => (
          <ChipButton key={each} tone="plain" onClick={() => setKind(each)}>
            {label && labelOf(label)}
          </ChipButton>
        ))}
      <Select
        size="small"
        className={css.select ?? ""}
        aria-label={t("timeline.filter")}
        allowClear={kind !== null}
        value={kind ?? ""}
        popupMatchSelectWidth={180}
        options={[{ value: "", label: t("timeline.all") }, ...options]}
        onOpenChange={(open) => open && setAsked(true)}
        onChange={(value: string | undefined) => setKind(value || null)}
      />
    </div>
  );
}
