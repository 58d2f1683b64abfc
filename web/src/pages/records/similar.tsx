import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { similarQuery } from "@/api/records";
import type { ObjectType, Values } from "@/api/types";
import { isPlain } from "@/components/fields";
import { useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import css from "./records.module.css";

const wait_ms = 300;

/** The values by which records may be the same, once nothing was typed for a moment. */
function useTyped(object: ObjectType, values: Values): Values {
  const [first] = object.fields;
  const told = object.fields.filter((field) => isPlain(field) && (field === first || field.type === "phone" || field.type === "email"));
  const now = JSON.stringify(Object.fromEntries(told.flatMap((field) => (values[field.name] ? [[field.name, values[field.name]]] : []))));
  const [typed, setTyped] = useState("{}");
  useEffect(() => {
    const timer = setTimeout(() => setTyped(now), wait_ms);
    return () => clearTimeout(timer);
  }, [now]);
  return JSON.parse(typed) as Values;
}

/** Records that may be the one that is being made. */
export function SimilarRecords({ object, values }: { object: ObjectType; values: Values }) {
  const { t } = useTranslation();
  const label = useLabel();
  const typed = useTyped(object, values);
  const any = Object.keys(typed).length > 0;
  const found = useQuery({ ...similarQuery(object.name, typed), enabled: any, placeholderData: keepPreviousData }).data?.items ?? [];
  if (!any || found.length === 0) return null;
  const named = (name: string) => {
    const field = object.fields.find((each) => each.name === name);
    return field ? label(field.label) : name;
  };
  return (
    <section className={css.similar} role="status" aria-label={t("similar.title")}>
      <h3><Icon name="copy" size={14} />{t("similar.title")}</h3>
      <ul>
        {found.map(({ id, title, field }) => (
          <li key={id}>
            <Link to="/o/$object" params={{ object: object.name }} search={{ record: id }} target="_blank">{title ?? t("records.untitled")}</Link>
            <small>{t("similar.same", { name: named(field) })}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
