import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Checkbox, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listCustomers } from "@/api/customers";
import { membersQuery } from "@/api/objects";
import { listRecords } from "@/api/records";
import type { Cell, Field, Labels } from "@/api/types";
import { useCompany } from "@/components/company";
import { useText } from "@/components/language";
import { localOf, utcOf } from "@/util/zoned";
import { AddressParts, Finders, Tags } from "./several";

export type ControlProps = {
  field: Field;
  value: Cell;
  labels: Labels;
  change: (value: Cell) => void;
  id?: string | undefined;
  describedBy?: string | undefined;
  label?: string | undefined;
  autoFocus?: boolean;
  /** Whether a list opens by itself, as in a cell. */
  open?: boolean;
};

type Props = ControlProps;

export type Named = { value: string; label: string };

/** Something that is found by typing: what is chosen already, and what the server finds. */
function Finder({ props, find }: { props: Props; find: (typed: string, signal: AbortSignal) => Promise<Named[]> }) {
  const { t } = useTranslation();
  const { field, value, labels, change, id, label, autoFocus, open } = props;
  const [typed, setTyped] = useState("");
  const found = useQuery({ queryKey: ["find", field.type, field.to, typed], queryFn: ({ signal }) => find(typed, signal), placeholderData: keepPreviousData });
  const chosen = typeof value === "string" ? [{ value, label: labels[value] ?? value }] : [];
  const options = [...chosen.filter((one) => !found.data?.some((other) => other.value === one.value)), ...(found.data ?? [])];
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      {...(label === undefined ? {} : { "aria-label": label })}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      allowClear
      style={{ width: "100%" }}
      placeholder={t("records.find")}
      value={typeof value === "string" ? value : null}
      options={options}
      loading={found.isFetching}
      autoFocus={autoFocus ?? false}
      defaultOpen={open ?? false}
      notFoundContent={found.isFetching ? t("common.loading") : t("records.none_found")}
      onChange={(next: string | undefined) => change(next ?? null)}
    />
  );
}

const findCustomers = (typed: string, signal: AbortSignal) =>
  listCustomers(typed === "" ? undefined : typed, 20, signal).then((page) => page.items.map((row) => ({ value: row.id, label: row.name ?? row.id })));

const findRecords = (object: string) => (typed: string, signal: AbortSignal) =>
  listRecords(object, { q: typed, limit: 20 }, signal).then((page) => page.items.map((row) => ({ value: row.id, label: row.title ?? row.id })));

function Choose({ props }: { props: Props }) {
  const text = useText();
  const { field, value, change, id, label, autoFocus, open } = props;
  const kept = Array.isArray(value) ? value.map(Number) : [value];
  const offered = field.choices.filter((choice) => !choice.archived || kept.includes(choice.number));
  const options = offered.map((choice) => ({ value: choice.number, label: text(choice.label) }));
  const shared = {
    ...(id === undefined ? {} : { id }),
    ...(label === undefined ? {} : { "aria-label": label }),
    allowClear: !field.required,
    style: { width: "100%" },
    options,
    autoFocus: autoFocus ?? false,
    defaultOpen: open ?? false,
    showSearch: { optionFilterProp: "label" },
  };
  if (field.type === "multi_choice") return <Select<number[]> {...shared} mode="multiple" value={Array.isArray(value) ? value.map(Number) : []} onChange={(next) => change(next.length === 0 ? null : next)} />;
  return <Select<number | null> {...shared} value={typeof value === "number" ? value : null} onChange={(next: number | null | undefined) => change(next ?? null)} />;
}

function Members({ props }: { props: Props }) {
  const { value, labels, change, id, label, autoFocus, open } = props;
  const members = useQuery(membersQuery).data?.items ?? [];
  const options = members.map((member) => ({ value: member.id, label: member.name }));
  if (typeof value === "string" && !members.some((member) => member.id === value)) options.unshift({ value, label: labels[value] ?? value });
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      {...(label === undefined ? {} : { "aria-label": label })}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      style={{ width: "100%" }}
      value={typeof value === "string" ? value : null}
      options={options}
      autoFocus={autoFocus ?? false}
      defaultOpen={open ?? false}
      onChange={(next: string | undefined) => change(next ?? null)}
    />
  );
}

const modes = { number: "decimal", money: "decimal", percent: "decimal", phone: "tel", email: "email", link: "url" } as const;

/** What a value is typed or chosen with, by what its field holds. */
export function Control(props: Props) {
  const { zone } = useCompany();
  const { field, value, change, id, describedBy, label, autoFocus } = props;
  const said = value === null || typeof value === "object" ? "" : String(value);
  const shared = {
    ...(id === undefined ? {} : { id }),
    ...(label === undefined ? {} : { "aria-label": label }),
    ...(describedBy === undefined ? {} : { "aria-describedby": describedBy }),
    autoFocus: autoFocus ?? false,
    value: said,
  };
  const onChange = (event: { target: { value: string } }) => change(event.target.value === "" ? null : event.target.value);
  switch (field.type) {
    case "choice":
    case "multi_choice":
      return <Choose props={props} />;
    case "user":
      return <Members props={props} />;
    case "customer":
      return <Finder props={props} find={findCustomers} />;
    case "relation":
      return <Finder props={props} find={findRecords(field.to ?? "")} />;
    case "relations":
      return <Finders props={props} find={findRecords(field.to ?? "")} />;
    case "tags":
      return <Tags props={props} />;
    case "address":
      return <AddressParts props={props} />;
    case "bool":
      return <Checkbox {...(id === undefined ? {} : { id })} {...(label === undefined ? {} : { "aria-label": label })} autoFocus={autoFocus ?? false} checked={value === true} onChange={(event) => change(event.target.checked)} />;
    case "long_text":
      return <Input.TextArea {...shared} autoSize={{ minRows: 3, maxRows: 12 }} onChange={onChange} />;
    case "date":
      return <Input {...shared} type="date" max="9999-12-31" onChange={onChange} />;
    case "instant":
      return <Input {...shared} type="datetime-local" max="9999-12-31T23:59" value={localOf(said, zone)} onChange={(event) => change(utcOf(event.target.value, zone))} />;
    case "number":
    case "money":
    case "percent":
    case "phone":
    case "email":
    case "link":
      return <Input {...shared} inputMode={modes[field.type]} onChange={onChange} />;
    default:
      return <Input {...shared} onChange={onChange} />;
  }
}
