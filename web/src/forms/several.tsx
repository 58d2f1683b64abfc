import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { tagsQuery } from "@/api/objects";
import type { Address, Cell } from "@/api/types";
import { useObjectName } from "@/components/object-name";
import type { ControlProps, Named } from "./control";
import css from "./forms.module.css";

const most = 100;

const shared = ({ id, label, autoFocus, open }: ControlProps) => ({
  ...(id === undefined ? {} : { id }),
  ...(label === undefined ? {} : { "aria-label": label }),
  autoFocus: autoFocus ?? false,
  defaultOpen: open ?? false,
  style: { width: "100%" },
  allowClear: true,
});

export const textsOf = (value: Cell): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Tags: those that others have, and new ones as they are typed. */
export function Tags({ props }: { props: ControlProps }) {
  const { t } = useTranslation();
  const { field, value, change } = props;
  const object = useObjectName();
  const [typed, setTyped] = useState("");
  const found = useQuery({ ...tagsQuery(object ?? "", field.name, typed), enabled: object !== null, placeholderData: keepPreviousData });
  const options = (found.data?.items ?? []).map((tag) => ({ value: tag, label: tag }));
  return (
    <Select<string[]>
      {...shared(props)}
      mode="tags"
      maxCount={most}
      showSearch={{ onSearch: setTyped }}
      tokenSeparators={[",", "，", "、", ";", "；"]}
      placeholder={t("forms.tags_hint")}
      notFoundContent={null}
      value={textsOf(value)}
      options={options}
      onChange={(next) => change(next.length === 0 ? null : next)}
    />
  );
}

/** Several things that are found by typing. */
export function Finders({ props, find }: { props: ControlProps; find: (typed: string, signal: AbortSignal) => Promise<Named[]> }) {
  const { t } = useTranslation();
  const { field, value, labels, change } = props;
  const [typed, setTyped] = useState("");
  const [known, setKnown] = useState<Record<string, string>>({});
  const found = useQuery({ queryKey: ["find", field.type, field.to, typed], queryFn: ({ signal }) => find(typed, signal), placeholderData: keepPreviousData });
  const chosen = textsOf(value);
  const options = [...(found.data ?? []), ...chosen.filter((id) => !found.data?.some((one) => one.value === id)).map((id) => ({ value: id, label: known[id] ?? labels[id] ?? t("records.hidden") }))];
  return (
    <Select<string[]>
      {...shared(props)}
      mode="multiple"
      maxCount={most}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={t("records.find")}
      loading={found.isFetching}
      notFoundContent={found.isFetching ? t("common.loading") : t("records.none_found")}
      value={chosen}
      options={options}
      onChange={(next) => {
        setKnown({ ...known, ...Object.fromEntries(options.map((one) => [one.value, one.label])) });
        change(next.length === 0 ? null : next);
      }}
    />
  );
}

export const addressParts = ["country", "region", "city", "district", "street", "postcode"] as const;
export const isAddress = (value: Cell | undefined): value is Address => typeof value === "object" && value !== null && !Array.isArray(value);

/** An address, part by part. */
export function AddressParts({ props }: { props: ControlProps }) {
  const { t } = useTranslation();
  const { value, change, id, label, autoFocus } = props;
  const address = isAddress(value) ? value : {};
  const put = (part: (typeof addressParts)[number], text: string) => {
    const next = Object.fromEntries(addressParts.map((each) => [each, each === part ? text : (address[each] ?? "")]).filter(([, said]) => said !== ""));
    change(Object.keys(next).length === 0 ? null : next);
  };
  return (
    <div role="group" className={css.address} {...(label === undefined ? {} : { "aria-label": label })}>
      {addressParts.map((part, place) => (
        <Input key={part} {...(place === 0 && id !== undefined ? { id } : {})} data-part={part} aria-label={t(`forms.${part}`)} placeholder={t(`forms.${part}`)} maxLength={200} autoFocus={place === 0 && (autoFocus ?? false)} value={address[part] ?? ""} onChange={(event) => put(part, event.target.value)} />
      ))}
    </div>
  );
}
