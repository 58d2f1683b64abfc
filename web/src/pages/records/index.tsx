import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Input, Segmented } from "antd";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import { countQuery, recordsQuery } from "@/api/records";
import type { Field, ListRequest, ObjectType } from "@/api/types";
import { Failed } from "@/components/failed";
import { isHidden, isPlain, isWritable } from "@/components/fields";
import { FilterBar } from "@/components/filter/bar";
import { conditionsOf, filterOf } from "@/components/filter/model";
import { useFormat, useLabel, useText } from "@/components/language";
import { useMore } from "@/components/more";
import { Grid } from "@/table/grid";
import { Icon, iconNamed } from "@/ui/icon";
import { Bones, Empty } from "@/ui/parts";
import { NewRecord } from "./new-record";
import { Panel } from "./panel";
import { Board, boardField } from "./board";
import { Bulk } from "./bulk";
import css from "./records.module.css";
import { nextSort, requestOf, type Search, sortOf } from "./search";
import { useSet } from "./use-change";
import { Views } from "./views";

const route = getRouteApi("/shell/o/$object");
const wait_ms = 200;
const unsorted = new Set(["long_text", "multi_choice"]);

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

function List({ object, search, change }: { object: ObjectType; search: Search; change: (next: Partial<Search>) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const text = useText();
  const [adding, setAdding] = useState(false);
  const [bulk, setBulk] = useState(false);
  const request = requestOf(search);
  const found = useInfiniteQuery({ ...recordsQuery(object.name, request), placeholderData: keepPreviousData });
  const more = useMore(found);
  const set = useSet(object);
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  const labels = useMemo(() => Object.assign({}, ...(found.data?.pages.map((page) => page.labels) ?? [])) as Record<string, string>, [found.data]);
  const fields = object.fields.filter((field) => !field.archived && field.type !== "long_text");
  const filtered = Boolean(search.q || search.filter);
  const by = boardField(object);
  const board = search.view === "board" && by !== undefined && !search.trash;
  const writes = object.rights.write !== "none" && !object.archived;
  const near = () => more.wanted && more.load();
  const add = writes && (
    <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>{t("records.add")}</Button>
  );
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>
          <Icon name={iconNamed(object.icon)} size={20} />
          {label(object.label)}
        </h1>
        <Views key={object.name} object={object.name} search={search} change={change} />
        {found.data && <Count object={object.name} request={request} here={rows.length} all={!found.hasNextPage} />}
        <div className={css.tools}>
          <Find key={object.name} q={search.q ?? ""} change={(q) => change({ q })} />
          <Button type={search.trash ? "primary" : "default"} aria-pressed={Boolean(search.trash)} title={t("records.trash_bin")} aria-label={t("records.trash_bin")} icon={<Icon name="trash" size={15} />} onClick={() => change({ trash: search.trash ? undefined : true })} />
          {by && <Segmented value={board ? "board" : "table"} options={[{ value: "table", label: t("board.table") }, { value: "board", label: t("board.board") }]} onChange={(next) => change({ view: next === "board" ? "board" : undefined })} />}
          {writes && rows.length > 0 && <Button onClick={() => setBulk(true)}>{t("bulk.open")}</Button>}
          {add}
        </div>
      </header>
      <div className={css.filters}>
        <FilterBar fields={object.fields.filter((field) => !field.archived)} labels={labels} conditions={conditionsOf(search.filter)} change={(next) => change({ filter: filterOf(next) })} />
      </div>
      {found.isPending && <Bones rows={12} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && rows.length === 0 && (
        <Empty icon={iconNamed(object.icon)} title={filtered ? t("records.none_match") : search.trash ? t("records.trash_empty") : t("records.none", { name: text(object.label) })} hint={filtered ? t("records.none_match_hint") : t("records.none_hint")}>
          {!filtered && !search.trash && add}
        </Empty>
      )}
      {rows.length > 0 && board && by && (
        <Board object={object} by={by} list={request} opened={search.record} open={(row) => change({ record: row.id })} only={(choice) => change({ view: undefined, filter: filterOf({ any: false, all: [...conditionsOf(search.filter).all.filter((is) => is.field !== by.name), { field: by.name, op: "equal", value: choice }] }) })} />
      )}
      {rows.length > 0 && !board && (
        <Grid
          label={label(object.label)}
          fields={fields}
          rows={rows}
          labels={labels}
          total={rows.length}
          sort={sortOf(search.sort)}
          sortBy={(field: Field) => change({ sort: nextSort(sortOf(search.sort), field.name) })}
          canSort={(field) => !unsorted.has(field.type) && isPlain(field)}
          opened={search.record}
          open={(row) => change({ record: row.id })}
          canEdit={(row, field) => row.writable && isWritable(field)}
          set={(row, field, value) => set.mutate({ row, field, value })}
          near={near}
        />
      )}
      {bulk && <Bulk object={object} list={request} close={() => setBulk(false)} />}
      {adding && (
        <NewRecord
          object={object}
          close={() => setAdding(false)}
          added={({ record }) => {
            setAdding(false);
            change({ record: record.id });
          }}
        />
      )}
      {search.record !== undefined && <Panel key={search.record} object={object} id={search.record} close={() => change({ record: undefined })} />}
    </div>
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
  return <List key={name} object={object} search={search} change={change} />;
}
