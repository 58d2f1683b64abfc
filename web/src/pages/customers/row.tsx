import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerRow } from "@/api/types";
import { Ago } from "@/components/ago";
import { useFormat, useText } from "@/components/language";
import { Avatar, Bone, Chip } from "@/ui/parts";
import css from "./row.module.css";

const shown_tags = 3;

export function Row({ row, active, stop }: { row: CustomerRow; active: boolean; stop: boolean }) {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  const [first] = useState(row.events);
  const more = row.tags.length - shown_tags;
  return (
    <Link to="/customers/$id" params={{ id: row.id }} search={{}} id={row.id} className={css.row} data-active={active} preload={false} tabIndex={stop ? 0 : -1}>
      <span className={css.name}>
        <Avatar name={row.name} size={26} />
        <span className={row.name === null ? css.unnamed : css.known}>{row.name ?? t("common.unnamed")}</span>
      </span>
      <span className={css.identifiers}>
        {row.identifiers.map((identifier) => (
          <span key={`${identifier.scheme} ${identifier.value}`} title={text(identifier.label)}>{identifier.value}</span>
        ))}
      </span>
      <span className={css.tags}>
        {row.tags.slice(0, shown_tags).map((tag) => (
          <Chip key={tag} tone="teal">{tag}</Chip>
        ))}
        {more > 0 && <Chip title={row.tags.slice(shown_tags).join(" · ")}>+{more}</Chip>}
      </span>
      <span key={row.events} className={css.events} data-moved={row.events !== first}>{format.number(row.events)}</span>
      <span className={css.seen}><Ago time={row.last_seen} /></span>
    </Link>
  );
}

export function RowBones() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("common.loading")}>
      {Array.from({ length: 14 }, (_, place) => (
        <div key={place} className={css.row}>
          <span className={css.name}><Bone width={26} height={26} /> <Bone width={70 + ((place * 37) % 60)} /></span>
          <span className={css.identifiers}><Bone width={120 + ((place * 53) % 90)} /></span>
          <span className={css.tags}><Bone width={40 + ((place * 71) % 120)} /></span>
          <span className={css.events}><Bone width={28} /></span>
          <span className={css.seen}><Bone width={56} /></span>
        </div>
      ))}
    </div>
  );
}
