import { keepPreviousData, replaceEqualDeep, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Input, Segmented } from "antd";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import { countQuery, recordsQuery } from "@/api/records";
import type { Field, Filter, Labels, Layout, ListRequest, ObjectType, RecordPage, RecordRow, Values } from "@/api/types";
import { Failed } from "@/components/failed";
import { isHidden } from "@/components/fields";
import { FilterBar } from "@/components/filter/bar";
import { filterOf, narrowed, partsOf } from "@/components/filter/model";
import { useFormat, useLabel, useText } from "@/components/language";
import { useMore } from "@/components/more";
import { useMay } from "@/components/rights";
import { Icon, iconNamed } from "@/ui/icon";
import { Bones, Empty } from "@/ui/parts";
import { NewRecord } from "./new-record";
import { Panel } from "./panel";
import { Board, boardField, boardFields } from "./board";
import { Bulk } from "./bulk";
import { CalendarView, dayFields, usualCalendar } from "./calendar";
import { ChartView, usualChart } from "./chart";
import { ExportLink } from "./export-link";
import { canGroup } from "./groups";
import { Columns } from "./options/columns";
import { Grouping } from "./options/grouping";
import { Sorts } from "./options/sorts";
import css from "./records.module.css";
import type { Search } from "./address";
import { ObjectName } from "@/components/object-name";
import { calendarIn, calendarOf, chartIn, chartOf, columnsIn, columnsOf, groupIn, groupOf, requestOf, sortOf, sortsOf } from "./search";
import { canSort, columnFields, Table } from "./table";
import { Views } from "./views";

const route = getRouteApi("/shell/o/$object");
const wait_ms = 200;
const layouts = ["table", "board", "chart", "calendar"] as const;
const names = { table: "board.table", board: "board.board", chart: "chart.chart", calendar: "calendar.calendar" } as const;

/** How many there are: known once all are here, otherwise counted when asked. */
function Count({ object, request, here, all }: { object: string; request: ListRequest; here: number; all: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [asked, setAsked] = useState<string | null>(null);
  const key = JSON.stringify(request);
  const counted = useQuery({ ...countQuery(object, request), enabled: asked === key });
  if (all) return <span className={css.count}>{t("records.count", { count: here })}</span>;
  if (asked === key && counted.data) return <span className={css.count}>{t("records.counted", { n: format.count(counted.data.count) })}</span>;
  return (
    <span className={css.count}>
      <button type="button" onClick={() => setAsked(key)}>{t("records.ask_count")}</button>
    </span>
  );
}

function Find({ q, change }: { q: string; change: (q: string | undefined) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const composing = useRef(false);
  const send = (value: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change(value.trim() || undefined), wait_ms);
  };
  return (
    <Input
      type="search"
      className={css.search ?? ""}
      aria-label={t("records.search")}
      placeholder={t("records.search")}
      prefix={<Icon name="search" size={14} />}
      allowClear
      value={typed}
      onCompositionStart={() => (composing.current = true)}
      onCompositionEnd={(event) => {
        composing.current = false;
        send(event.currentTarget.value);
      }}
      onChange={(event) => {
        setTyped(event.target.value);
        if (!composing.current) send(event.target.value);
      }}
    />
  );
}

/** The layouts that an object's records have, and which is chosen. */
function useLayout(object: ObjectType, search: Search) {
  const by = boardField(object, groupOf(search.group));
  const calendar = calendarOf(search.calendar) ?? usualCalendar(object);
  const day = dayFields(object).find((field) => field.name === calendar?.field);
  const chart = chartOf(search.chart) ?? usualChart(object);
  const asked: Layout = search.view ?? "table";
  const there = { table: true, board: by !== undefined && !search.trash, chart: true, calendar: day !== undefined };
  return { by, calendar, day, chart, layouts: layouts.filter((layout) => there[layout]), layout: there[asked] ? asked : "table" };
}

/** What those are called that pages name; the same as before where a page names nobody new, so that no row is drawn again. */
function useLabelsOf(pages: readonly RecordPage[]): Labels {
  const [before, setBefore] = useState<Labels>({});
  const now = useMemo(() => replaceEqualDeep(before, Object.assign({}, ...pages.map((page) => page.labels)) as Labels), [before, pages]);
  if (now !== before) setBefore(now);
  return now;
}

const NoCustomers = lazy(() => import("../customers/none").then(({ NoCustomers: component }) => ({ default: component })));

type ListProps = { object: ObjectType; search: Search; change: (next: Partial<Search>) => void };

function List({ object, search, change }: ListProps) {
  const { t } = useTranslation();
  const label = useLabel();
  const text = useText();
  const may = useMay();
  const [adding, setAdding] = useState<Values | null>(null);
  const [bulk, setBulk] = useState(false);
  const request = requestOf(search);
  const { by, calendar, day, chart, layouts: offered, layout } = useLayout(object, search);
  const grouped = layout === "table" && search.group !== undefined;
  const found = useInfiniteQuery({ ...recordsQuery(object.name, request), placeholderData: keepPreviousData });
  const more = useMore(found);
  const pages = useMemo(() => found.data?.pages ?? [], [found.data]);
  const labels = useLabelsOf(pages);
  const here = pages.reduce((sum, page) => sum + page.items.length, 0);
  const filtered = Boolean(search.q || search.filter);
  const writes = object.rights.write !== "none" && !object.archived;
  const isBare = object.name === "customer" && found.data !== undefined && here === 0 && !filtered && layout !== "calendar";
  const near = () => !grouped && more.wanted && more.load();
  const open = (row: RecordRow) => change({ record: row.id });
  const narrow = (filter: Filter) => change({ view: undefined, filter: filterOf(narrowed(partsOf(search.filter), filter)) });
  const add = writes && (
    <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setAdding({})}>{t("records.add")}</Button>
  );
  const shownAs = (next: Layout) =>
    change({
      view: next === "table" ? undefined : next,
      ...(next === "chart" ? { chart: chartIn(chart) } : {}),
      ...(next === "calendar" ? { calendar: calendarIn(calendar) } : {}),
    });
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>
          <Icon name={iconNamed(object.icon)} size={20} />
          {label(object.plural)}
        </h1>
        <Views key={object.name} object={object.name} search={search} change={change} />
        {found.data && <Count object={object.name} request={request} here={here} all={!found.hasNextPage} />}
        <div className={css.tools}>
          <Find key={object.name} q={search.q ?? ""} change={(q) => change({ q })} />
          {object.name !== "customer" && <Button type={search.trash ? "primary" : "default"} aria-pressed={Boolean(search.trash)} title={t("records.trash_bin")} aria-label={t("records.trash_bin")} icon={<Icon name="trash" size={15} />} onClick={() => change({ trash: search.trash ? undefined : true })} />}
          {may("records.export") && here > 0 && <ExportLink object={object} list={request} columns={columnsOf(search.columns)} />}
          {writes && here > 0 && <Button onClick={() => setBulk(true)}>{t("bulk.open")}</Button>}
          {add}
        </div>
      </header>
      <div className={css.filters}>
        <FilterBar object={object.name} fields={object.fields.filter((field) => !field.archived)} labels={labels} group={partsOf(search.filter)} change={(next) => change({ filter: filterOf(next) })} />
        <div className={css.options}>
          {layout === "table" && <Options object={object} search={search} change={change} />}
          {layout === "board" && by && <BoardOptions object={object} by={by} search={search} change={change} />}
          <Segmented size="small" value={layout} options={offered.map((each) => ({ value: each, label: <span className={css.layout}><Icon name={each} size={14} /><span>{t(names[each])}</span></span> }))} onChange={shownAs} />
        </div>
      </div>
      {found.isPending && <Bones rows={12} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {isBare && (
        <Suspense fallback={null}>
          <NoCustomers />
        </Suspense>
      )}
      {found.data && here === 0 && layout !== "calendar" && !isBare && (
        <Empty icon={iconNamed(object.icon)} title={filtered ? t("records.none_match") : search.trash ? t("records.trash_empty") : t("records.none", { name: text(object.plural) })} hint={filtered ? t("records.none_match_hint") : t("records.none_hint")}>
          {!filtered && !search.trash && add}
        </Empty>
      )}
      {here > 0 && layout === "board" && by && <Board object={object} by={by} list={request} opened={search.record} open={open} only={(choice) => narrow({ is: { field: by.name, op: "equal", value: choice } })} chosen={columnsOf(search.columns)} />}
      {here > 0 && layout === "chart" && <ChartView object={object} chart={chart} list={request} change={(next) => change({ chart: chartIn(next) })} only={narrow} />}
      {found.data && layout === "calendar" && calendar && day && (
        <CalendarView
          object={object}
          field={day}
          calendar={calendar}
          list={request}
          at={search.at}
          opened={search.record}
          change={(next) => change({ calendar: calendarIn(next) })}
          go={(at) => change({ at })}
          open={open}
          only={(conditions) => narrow({ all: conditions.map((is) => ({ is })) })}
          add={writes ? setAdding : null}
        />
      )}
      {here > 0 && layout === "table" && <Table object={object} search={search} request={request} pages={pages} labels={labels} open={open} change={change} near={near} />}
      {bulk && <Bulk object={object} list={request} close={() => setBulk(false)} />}
      {adding && (
        <NewRecord
          object={object}
          start={adding}
          close={() => setAdding(null)}
          added={({ record }) => {
            setAdding(null);
            change({ record: record.id });
          }}
        />
      )}
      {search.record !== undefined && <Panel key={search.record} object={object} id={search.record} close={() => change({ record: undefined })} />}
    </div>
  );
}

/** What the table shows of its records. */
/** In which columns cards stand, and what they tell. */
function BoardOptions({ object, by, search, change }: ListProps & { by: Field }) {
  const fields = boardFields(object);
  return (
    <>
      {fields.length > 1 && <Grouping fields={fields} by={{ field: by.name, unit: null }} change={(next) => change({ group: groupIn(next) })} always />}
      <Sorts fields={object.fields.filter(canSort)} sorts={sortsOf(search.sort)} change={(sorts) => change({ sort: sortOf(sorts) })} />
      <Columns fields={columnFields(object)} chosen={columnsOf(search.columns)} frozen={null} change={(columns) => change({ columns: columnsIn(columns) })} />
    </>
  );
}

function Options({ object, search, change }: ListProps) {
  const plainFields = object.fields.filter(canSort);
  return (
    <>
      <Grouping fields={object.fields.filter(canGroup)} by={groupOf(search.group)} change={(by) => change({ group: groupIn(by) })} />
      <Sorts fields={plainFields} sorts={sortsOf(search.sort)} change={(sorts) => change({ sort: sortOf(sorts) })} />
      <Columns fields={columnFields(object)} chosen={columnsOf(search.columns)} frozen={search.frozen ?? 0} change={(columns, frozen) => change({ columns: columnsIn(columns), frozen: frozen > 1 ? frozen : undefined })} />
    </>
  );
}

/** The object with the fields that are there for the reader. */
const useShown = (object: ObjectType | undefined) => useMemo(() => object && { ...object, fields: object.fields.filter((field) => !isHidden(field)) }, [object]);

/** The records of an object. */
export function RecordsPage() {
  const { t } = useTranslation();
  const { object: name } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const found = useQuery(objectsQuery);
  const object = useShown(found.data?.items.find((each) => each.name === name));
  const change = (next: Partial<Search>) => void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  if (found.isPending) return <Bones rows={12} label={t("common.loading")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!object || object.rights.read === "none") return <Empty icon="question" title={t("error.missing")} hint={t("error.missing_hint")} />;
  return (
    <ObjectName value={name}>
      <List key={name} object={object} search={search} change={change} />
    </ObjectName>
  );
}
