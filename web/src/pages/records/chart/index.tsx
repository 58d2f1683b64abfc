import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select, Segmented } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { groupsQuery } from "@/api/records";
import type { Amounts, Chart, Field, Filter, ListRequest, ObjectType } from "@/api/types";
import { useCompany } from "@/components/company";
import { Failed } from "@/components/failed";
import { useFormat, useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Bones, Unseen } from "@/ui/parts";
import { useDark } from "@/util/preferences";
import { canAdd, canGroup, useGroupName } from "../groups";
import { ChooseBy } from "../options/grouping";
import css from "./chart.module.css";
import { amount, seriesOf } from "./series";

const Plot = lazy(() => import("@/ui/plot").then((plot) => ({ default: plot.Plot })));
const kinds = ["bars", "line", "pie", "number"] as const;

/** What a chart shows to begin with: how many records there are by the first field of choices. */
export function usualChart(object: ObjectType): Chart {
  const first = object.fields.find((field) => field.type === "choice" && canGroup(field)) ?? object.fields.find(canGroup);
  return { kind: "bars", measure: "count", of: null, by: first ? { field: first.name, unit: first.type === "date" || first.type === "instant" ? "month" : null } : null, split: null };
}

/** What the numbers of a chart are, in words and as they are written. */
function useMeasure(object: ObjectType, chart: Chart) {
  const { t } = useTranslation();
  const label = useLabel();
  const format = useFormat();
  const { currency } = useCompany();
  const field = object.fields.find((each) => each.name === chart.of);
  const named = (measure: Chart["measure"], of: Field | undefined) => (measure === "count" || !of ? t("chart.count") : t(`chart.${measure}`, { name: label(of.label) }));
  const say = (value: number) => {
    if (chart.measure === "count" || !field) return format.number(value);
    if (field.type === "money") return format.money(String(Number(value.toFixed(2))), currency);
    return field.type === "percent" ? `${format.short(value)} %` : format.short(value);
  };
  return { named, name: named(chart.measure, field), say };
}

type ToolsProps = { object: ObjectType; chart: Chart; change: (chart: Chart) => void };

function Tools({ object, chart, change }: ToolsProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const { named } = useMeasure(object, chart);
  const numbers = object.fields.filter(canAdd);
  const choices = object.fields.filter((field) => field.type === "choice" && canGroup(field));
  const measures = [
    { value: "count", label: t("chart.count") },
    ...numbers.flatMap((field) => (["sum", "average"] as const).map((measure) => ({ value: `${measure},${field.name}`, label: named(measure, field) }))),
  ];
  const measure = (value: string) => {
    const [next, of] = value.split(",");
    change({ ...chart, measure: next === "sum" || next === "average" ? next : "count", of: of ?? null });
  };
  const grouped = chart.kind !== "number";
  return (
    <div className={css.tools} role="group" aria-label={t("chart.kind")}>
      <Segmented size="small" value={chart.kind} options={kinds.map((kind) => ({ value: kind, label: <span className={css.kind}><Icon name={kind} size={14} /><span>{t(`chart.${kind}`)}</span></span> }))} onChange={(kind) => change({ ...chart, kind, by: chart.by ?? usualChart(object).by })} />
      <Select size="small" aria-label={t("chart.measure")} popupMatchSelectWidth={false} value={chart.of ? `${chart.measure},${chart.of}` : "count"} options={measures} onChange={measure} />
      {grouped && <ChooseBy fields={object.fields.filter(canGroup)} by={chart.by} change={(by) => change({ ...chart, by, split: chart.split === by?.field ? null : chart.split })} label={t("chart.by")} />}
      {grouped && chart.kind !== "pie" && choices.length > 0 && (
        <Select size="small" aria-label={t("chart.split")} popupMatchSelectWidth={false} value={chart.split ?? ""} options={[{ value: "", label: t("chart.split_none") }, ...choices.filter((field) => field.name !== chart.by?.field).map((field) => ({ value: field.name, label: `${t("chart.split")} ${label(field.label)}` }))]} onChange={(split) => change({ ...chart, split: split || null })} />
      )}
    </div>
  );
}

type TableProps = { caption: string; group: string; heads: readonly string[]; rows: readonly { name: string; cells: readonly (string | null)[]; only: () => void }[]; whole: { name: string; value: string } };

function Numbers({ caption, group, heads, rows, whole }: TableProps) {
  const { t } = useTranslation();
  return (
    <div className={css.numbers}>
      <table aria-label={t("chart.table")}>
        <caption><Unseen>{`${t("chart.table")} · ${caption}`}</Unseen></caption>
        <thead>
          <tr>
            <th scope="col">{group}</th>
            {heads.map((head) => <th key={head} scope="col">{head}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells, only }, place) => (
            <tr key={`${place} ${name}`}>
              <th scope="row"><button type="button" aria-label={t("chart.only", { name })} onClick={only}>{name}</button></th>
              {heads.map((head, at) => <td key={head}>{cells[at] ?? "–"}</td>)}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{whole.name}</th>
            <td colSpan={heads.length}>{whole.value}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

type Props = { object: ObjectType; chart: Chart; list: ListRequest; change: (chart: Chart) => void; only: (filter: Filter) => void };

/** What records come to, drawn, with the same numbers in a table; a click narrows the list to a group. */
export function ChartView({ object, chart, list, change, only }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const dark = useDark();
  const name = useGroupName();
  const { name: measured, say } = useMeasure(object, chart);
  const grouped = chart.kind !== "number";
  const by = grouped ? chart.by : null;
  const split = grouped && chart.kind !== "pie" ? object.fields.find((field) => field.name === chart.split) : undefined;
  const { sort: _, ...which } = list;
  const found = useQuery({ ...groupsQuery(object.name, { list: which, by, split: split?.name ?? null, sums: chart.of ? [chart.of] : [] }), placeholderData: keepPreviousData });
  const field = object.fields.find((each) => each.name === by?.field);
  const tools = <Tools object={object} chart={chart} change={change} />;
  if (found.isPending) return <div className={css.chart}>{tools}<Bones rows={8} label={t("common.loading")} /></div>;
  if (found.isError && !found.data) return <div className={css.chart}>{tools}<Failed error={found.error} retry={() => void found.refetch()} /></div>;
  const { items, total, labels, rest } = found.data;
  const of = (amounts: Amounts) => amount(amounts, chart.measure);
  const whole = of(total);
  if (!field || !by)
    return (
      <div className={css.chart}>
        {tools}
        <figure className={css.number} aria-label={measured}>
          <strong>{whole === null ? "–" : say(whole)}</strong>
          <figcaption>{measured}</figcaption>
          {chart.measure !== "count" && <small>{t("records.count", { count: total.count })}</small>}
        </figure>
      </div>
    );
  const names = items.map((group) => name(field, by.unit, group.value, labels));
  const choiceName = (choice: number | null) => (split ? name(split, null, choice, labels) : measured);
  const series = seriesOf(items, split?.choices.map((choice) => choice.number) ?? null, of).map(({ choice, values }) => ({ name: choiceName(choice), values }));
  const said = (value: number | null | undefined) => (typeof value === "number" ? say(value) : null);
  const wholeName = t(chart.measure === "average" ? "chart.of_all" : "chart.total");
  const rows = items.map((group, place) => ({
    name: names[place] ?? "",
    cells: [...series.map(({ values }) => said(values[place])), ...(split ? [said(of(group.amounts))] : [])],
    only: () => only(group.filter),
  }));
  return (
    <div className={css.chart}>
      {tools}
      <div className={css.both} data-wide={series.length > 2}>
        <div className={css.drawing}>
          <Suspense fallback={<Bones rows={8} label={t("chart.loading")} />}>
            <Plot kind={chart.kind === "number" ? "bars" : chart.kind} label={`${measured} · ${label(field.label)}`} names={names} series={series} stacked={series.length > 1 && chart.measure !== "average"} dark={dark} say={say} pick={(place) => items[place] && only(items[place].filter)} />
          </Suspense>
        </div>
        <Numbers caption={measured} group={label(field.label)} heads={[...series.map((each) => each.name), ...(split ? [wholeName] : [])]} rows={rows} whole={{ name: wholeName, value: said(whole) ?? "–" }} />
      </div>
      {rest > 0 && <p className={css.note}>{t("chart.rest", { count: rest })}</p>}
    </div>
  );
}
