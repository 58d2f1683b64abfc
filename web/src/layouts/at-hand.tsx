// What one has starred, and what one opened last, in the menu.
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { recordQuery } from "@/api/records";
import { useRecent } from "@/components/recent";
import { useFavourites } from "@/components/star";
import { Icon } from "@/ui/icon";
import css from "./shell.module.css";

const most_recent = 5;

/** The records that one opened last, as far as they are there and one's own to see. */
function Recent() {
  const { t } = useTranslation();
  const opened = useRecent().filter(({ object }) => object !== "customer").slice(0, most_recent);
  const found = useQueries({ queries: opened.map(({ object, id }) => recordQuery(object, id)) });
  return (
    <ul>
      {opened.map(({ object, id }, place) => {
        const record = found[place]?.data?.record;
        if (!record || record.trashed_at !== null) return null;
        return (
          <li key={id}>
            <Link to="/o/$object" params={{ object }} search={{ record: id }} className={css.hand}>
              <Icon name="clock" size={14} />
              <span>{record.title ?? t("records.untitled")}</span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

export function AtHand() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const starred = useFavourites();
  return (
    <>
      {starred.length > 0 && (
        <section className={css.at_hand} aria-label={t("favourites.title")}>
          <h2>{t("favourites.title")}</h2>
          <ul>
            {starred.map(({ object, record, view, name }) => (
              <li key={record ?? view}>
                <Link to="/o/$object" params={{ object }} search={record === null ? { open: view ?? undefined } : { record }} className={css.hand}>
                  <Icon name={record === null ? "table" : "star"} size={14} />
                  <span>{name ?? t("records.untitled")}</span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className={css.at_hand} aria-label={t("favourites.recent")}>
        <h2>
          <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("favourites.recent")}
            <Icon name="chevron" size={13} />
          </button>
        </h2>
        {open && <Recent />}
      </section>
    </>
  );
}
