import { useQuery } from "@tanstack/react-query";
import { Button, Popover, Segmented, Select } from "antd";
import { type FormEvent, Fragment, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import type { Field, Filter, ObjectType } from "@/api/types";
import { isPlain } from "../fields";
import { useLabel } from "../language";
import css from "./filter.module.css";
import { partsIn, type Related, relatedOf } from "./model";

type Way = { value: string; label: string; way: Related["way"]; target: ObjectType };

const leading: ReadonlySet<Field["type"]> = new Set(["customer", "relation", "relations"]);
const leads = (type: Field["type"]) => leading.has(type);

/** The ways from an object's records to others: where its own relations lead, and what leads here. */
export function useWays(name: string): Way[] {
  const { t } = useTranslation();
  const label = useLabel();
  const objects = (useQuery(objectsQuery).data?.items ?? []).filter((each) => !each.archived && each.rights.read !== "none");
  const own = objects.find((each) => each.name === name);
  const out = (own?.fields ?? []).filter((field) => isPlain(field) && leads(field.type)).flatMap((field) => {
    const target = objects.find((each) => each.name === field.to);
    return target ? [{ value: `to ${field.name}`, label: label(field.label), way: { to: field.name }, target }] : [];
  });
  const back = objects.flatMap((target) =>
    target.fields.filter((field) => isPlain(field) && leads(field.type) && field.to === name).map((field) => ({ value: `from ${target.name} ${field.name}`, label: t("related.from", { object: label(target.label), field: label(field.label) }), way: { from: target.name, field: field.name }, target })),
  );
  return [...out, ...back];
}

const wayOf = (ways: readonly Way[], { way }: Related) => ways.find((each) => JSON.stringify(each.way) === JSON.stringify(way));

/** What is asked of related records, in a few words. */
export function useSayRelated(name: string) {
  const { t } = useTranslation();
  const ways = useWays(name);
  return (related: Related) => {
    const way = wayOf(ways, related);
    const count = partsIn(related.filter).parts.length;
    return way ? t(related.none ? "related.says_none" : "related.says_some", { way: way.label }) + (count > 0 ? ` ${t("related.conditions", { count })}` : "") : null;
  };
}

type EditorProps = {
  object: string;
  start: Related | null;
  /** Edits what records of the other object must pass. */
  inner: (target: ObjectType, filter: Filter, change: (filter: Filter) => void) => ReactNode;
  take: (part: Filter) => void;
};

function Editor({ object, start, inner, take }: EditorProps) {
  const { t } = useTranslation();
  const ways = useWays(object);
  const [chosen, setChosen] = useState(() => (start ? wayOf(ways, start) : ways[0])?.value);
  const [isNone, setNone] = useState(start?.none ?? false);
  const [filter, setFilter] = useState<Filter>(start?.filter ?? { all: [] });
  const way = ways.find((each) => each.value === chosen);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (way) take(relatedOf({ none: isNone, way: way.way, filter }));
  };
  return (
    <form className={css.related} onSubmit={submit}>
      <label>
        {t("related.way")}
        <Select
          aria-label={t("related.way")}
          showSearch={{ optionFilterProp: "label" }}
          {...(chosen === undefined ? {} : { value: chosen })}
          options={ways.map(({ value, label }) => ({ value, label }))}
          onChange={(next) => {
            setChosen(next);
            setFilter({ all: [] });
          }}
        />
      </label>
      <Segmented block size="small" value={isNone ? "none" : "some"} options={[{ value: "some", label: t("related.some") }, { value: "none", label: t("related.none") }]} onChange={(next) => setNone(next === "none")} />
      {way && <Fragment key={way.value}>{inner(way.target, filter, setFilter)}</Fragment>}
      <Button type="primary" size="small" htmlType="submit" disabled={!way}>{t("filter.take")}</Button>
    </form>
  );
}

/** Opens an editor for what is asked of related records, new or known. */
export function RelatedEditor({ children, ...rest }: EditorProps & { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const take = (part: Filter) => {
    setOpen(false);
    rest.take(part);
  };
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" classNames={{ root: css.editing ?? "" }} destroyOnHidden content={<Editor {...rest} take={take} />}>
      {children}
    </Popover>
  );
}
