import { Link } from "@tanstack/react-router";
import type { TFunction } from "i18next";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Address, Cell, Field, FileValue, Labels, Text } from "@/api/types";
import { isMasked } from "@/components/fields";
import { useFormat, useLabel, useLanguage } from "@/components/language";
import type { Language } from "@/i18n";
import { useCompany } from "@/components/company";
import { Icon } from "@/ui/icon";
import { iconOf } from "@/ui/media";
import { Avatar } from "@/ui/parts";
import type { Format } from "@/util/format";
import css from "./forms.module.css";
import { isAddress, textsOf } from "./several";

/** What the server sends for a masked value; a page may see it before it learns that a field is masked by now. */
const veil = "***";

type Props = { field: Field; value: Cell | undefined; labels: Labels; plain?: boolean };

/** What values are read with. */
export type Reading = { t: TFunction; format: Format; label: (text: Text) => string; currency: string; language: Language };

/** The same from one drawing to the next: a list of many values has it once. */
export function useReading(): Reading {
  const { t } = useTranslation();
  const format = useFormat();
  const label = useLabel();
  const { currency } = useCompany();
  const language = useLanguage();
  return useMemo(() => ({ t, format, label, currency, language }), [t, format, label, currency, language]);
}

function chip({ label }: Reading, field: Field, number: number) {
  const choice = field.choices.find((each) => each.number === number);
  if (!choice) return null;
  return (
    <span key={number} className={css.choice} data-hue={number % 6}>
      {label(choice.label)}
    </span>
  );
}

/** The files of a value. */
export const filesOf = (value: Cell | undefined): FileValue[] => (Array.isArray(value) ? value.filter((each): each is FileValue => typeof each === "object") : []);

const told = (parts: (string | undefined)[], between: string) => parts.filter((part) => part !== undefined && part !== "").join(between);

/** An address in one line: from the widest part to the narrowest in Chinese, the other way round in English. */
function addressIn(language: Language, { country, region, city, district, street, postcode }: Address): string {
  if (language === "zh") return told([told([country, region, city, district, street], " "), postcode], " ");
  return told([street, district, city, told([region, postcode], " "), country], ", ");
}

/** A value as it is read, by what its field holds. Plain: without links, for where a click does something else. */
export function Shown(props: Props) {
  return shown(useReading(), props);
}

/** The same for a list of many values, which has what they are read with. */
export function shown(reading: Reading, { field, value, labels, plain = false }: Props): ReactNode {
  const { t, format, currency, language } = reading;
  if (value === undefined || value === null || value === "") return null;
  const said = typeof value === "object" ? "" : String(value);
  if (isMasked(field) || said === veil) return <span className={css.masked}>{said}</span>;
  switch (field.type) {
    case "money":
      return <span className={css.number}>{format.money(said, currency)}</span>;
    case "number":
      return <span className={css.number}>{format.decimal(said)}</span>;
    case "percent":
      return <span className={css.number}>{format.decimal(said)} %</span>;
    case "date":
      return <>{format.date(said)}</>;
    case "instant":
      return <time dateTime={said} title={format.full(said)}>{format.full(said)}</time>;
    case "bool":
      return value === true ? <span role="img" className={css.check} aria-label={t("records.yes")}><Icon name="check" size={15} /></span> : <span className={css.soft}>{t("records.no")}</span>;
    case "choice":
      return chip(reading, field, Number(value));
    case "multi_choice":
      return <span className={css.choices}>{Array.isArray(value) && value.map(Number).map((number) => chip(reading, field, number))}</span>;
    case "user":
      return (
        <span className={css.person}>
          <Avatar name={labels[said] ?? null} size={20} />
          {labels[said] ?? t("records.someone")}
        </span>
      );
    case "customer":
    case "relation": {
      const label = labels[said];
      if (label === undefined) return <span className={css.soft}>{t("records.hidden")}</span>;
      if (plain) return <>{label}</>;
      return field.type === "customer" ? (
        <Link to="/customers/$id" params={{ id: said }} search={{}}>{label}</Link>
      ) : (
        <Link to="/o/$object" params={{ object: field.to ?? "" }} search={{ record: said }}>{label}</Link>
      );
    }
    case "relations":
      return (
        <span className={css.choices}>
          {textsOf(value).map((id) => {
            const label = labels[id];
            if (label === undefined) return <span key={id} className={css.soft}>{t("records.hidden")}</span>;
            return plain ? <span key={id} className={css.tag}>{label}</span> : <Link key={id} className={css.tag ?? ""} to="/o/$object" params={{ object: field.to ?? "" }} search={{ record: id }}>{label}</Link>;
          })}
        </span>
      );
    case "tags":
      return <span className={css.choices}>{textsOf(value).map((tag) => <span key={tag} className={css.tag}>{tag}</span>)}</span>;
    case "files":
      if (filesOf(value).length === 0) return <span className={css.choices}>{textsOf(value).map((name) => <span key={name} className={css.tag}>{name}</span>)}</span>;
      return (
        <span className={css.choices}>
          {filesOf(value).map((file) => (
            <span key={file.id} className={css.file} title={file.name}>
              <Icon name={iconOf(file.media_type)} size={13} />
              <span>{file.name}</span>
            </span>
          ))}
        </span>
      );
    case "address":
      return <>{isAddress(value) && addressIn(language, value)}</>;
    case "link":
      return plain ? <>{said}</> : <a href={said} target="_blank" rel="noreferrer noopener">{said.replace(/^https?:\/\//, "")}</a>;
    case "email":
      return plain ? <>{said}</> : <a href={`mailto:${said}`}>{said}</a>;
    case "phone":
      return plain ? <>{said}</> : <a href={`tel:${said.replace(/[^\d+]/g, "")}`}>{said}</a>;
    case "long_text":
      return <span className={plain ? undefined : css.long}>{said}</span>;
    default:
      return <>{said}</>;
  }
}
