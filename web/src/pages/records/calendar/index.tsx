import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Button, Select, Segmented } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { groupsQuery, recordsQuery } from "@/api/records";
import type { Calendar, Field, Filter, Is, ListRequest, ObjectType, RecordRow, Values } from "@/api/types";
import { useNow } from "@/components/ago";
import { useCompany } from "@/components/company";
import { Failed } from "@/components/failed";
import { isPlain, isWritable } from "@/components/fields";
import { useFormat, useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Bones, Quiet } from "@/ui/parts";
import { isTime } from "../groups";
import { useSet } from "../use-change";
import css from "./calendar.module.css";
import { Day } from "./day";
import { between, dayOf, daysOf, isDay, onDay, plusDays, plusMonths } from "./days";

/** How many pages of records are drawn at once; the rest is counted. */
const most_pages = 5;
const most_of_day = { month: 3, week: 30 };

export const dayFields = (object: ObjectType) => object.fields.filter((field) => isTime(field) && isPlain(field));

/** By which day records stand to begin with: the first that people set. */
export function usualCalendar(object: ObjectType): Calendar | null {
  const fields = dayFields(object);
  const field = fields.find((each) => !each.automatic) ?? fields[0];
  return field ? { field: field.name, span: "month" } : null;
}

type Props = {
  object: ObjectType;
  field: Field;
  calendar: Calendar;
  list: ListRequest;
  at: string | undefined;
  opened: string | undefined;
  change: (calendar: Calendar) => void;
  go: (day: string | undefined) => void;
  open: (row: RecordRow) => void;
  only: (conditions: Is[]) => void;
  add: ((values: Values) => void) | null;
};

/** Records of some days, and how many there are on each. */
function useDays(object: ObjectType, field: Field, list: ListRequest, days: readonly string[]) {
  const { zone } = useCompany();
  const [first = "", last = ""] = [days[0], days.at(-1)];
  const seen: Filter = { all: between(field, first, plusDays(last, 1), zone).map((is) => ({ is })) };
  const { sort: _, ...rest } = list;
  const which: ListRequest = { ...rest, filter: list.filter ? { all: [list.filter, seen] } : seen };
  const found = useInfiniteQuery({ ...recordsQuery(object.name, { ...which, sort: [{ field: field.name, descending: false }] }), placeholderData: keepPreviousData });
  const counted = useQuery({ ...groupsQuery(object.name, { list: which, by: { field: field.name, unit: "day" } }), placeholderData: keepPreviousData });
  const pages = found.data?.pages.length ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = found;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError && pages < most_pages) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, pages, fetchNextPage]);
  const rows = useMemo(() => {
    const byDay = new Map<string, RecordRow[]>();
    for (const row of found.data?.pages.flatMap((page) => page.items) ?? []) {
      const day = dayOf(field, row.values[field.name], zone);
      if (day !== null) byDay.set(day, [...(byDay.get(day) ?? []), row]);
    }
    return byDay;
  }, [found.data, field, zone]);
  const counts = new Map(counted.data?.items.map((group) => [String(group.value), group.amounts.count]));
  return { found, rows, counts, total: counted.data?.total.count, stopped: hasNextPage && pages >= most_pages };
}

/** Records on their days. One is dragged to another day, which is taken back from the toast. */
export function CalendarView({ object, field, calendar, list, at, opened, change, go, open, only, add }: Props) {
  const { t } = useTranslation();
  const label = useLabel();
  const format = useFormat();
  const { zone } = useCompany();
  const set = useSet(object);
  const [dragged, setDragged] = useState<RecordRow | null>(null);
  const [moved, setMoved] = useState<string | null>(null);
  const today = format.dayKey(new Date(useNow()).toISOString());
  const day = isDay(at) ? at : today;
  const days = daysOf(day, calendar.span);
  const { found, rows, counts, total, stopped } = useDays(object, field, list, days);
  // Where the keyboard moved a record, the focus goes along.
  useEffect(() => {
    if (moved !== null) document.getElementById(`on-day-${moved}`)?.focus();
  }, [moved, rows]);
  const put = (row: RecordRow, to: string) => {
    if (dayOf(field, row.values[field.name], zone) !== to) set.mutate({ row, field, value: onDay(field, row.values[field.name], to, zone) });
  };
  const turn = (by: number) => go(calendar.span === "week" ? plusDays(day, 7 * by) : plusMonths(day, by));
  const movable = isWritable(field);
  const hue = object.fields.find((each) => each.type === "choice" && isPlain(each));
  const most = most_of_day[calendar.span];
  const title = format.period(calendar.span === "week" ? (days[0] ?? day) : day, calendar.span);
  return (
    <div className={css.calendar}>
      <div className={css.tools}>
        <Button size="small" aria-label={t("calendar.previous")} icon={<Icon name="back" size={14} />} onClick={() => turn(-1)} />
        <Button size="small" aria-label={t("calendar.next")} icon={<Icon name="arrow" size={14} />} onClick={() => turn(1)} />
        <Button size="small" onClick={() => go(undefined)}>{t("calendar.today")}</Button>
        <h2 aria-live="polite">{title}</h2>
        <Segmented<Calendar["span"]> size="small" value={calendar.span} options={[{ value: "month", label: t("calendar.month") }, { value: "week", label: t("calendar.week") }]} onChange={(span) => change({ ...calendar, span })} />
        <Select size="small" aria-label={t("calendar.field")} popupMatchSelectWidth={false} value={field.name} options={dayFields(object).map((each) => ({ value: each.name, label: label(each.label) }))} onChange={(next) => change({ ...calendar, field: next })} />
      </div>
      {found.isPending && <Bones rows={10} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <>
          <div className={css.weekdays} aria-hidden="true">{days.slice(0, 7).map((each) => <span key={each}>{format.weekday(each)}</span>)}</div>
          <div className={css.days} data-span={calendar.span} role="group" aria-label={title}>
            {days.map((each) => {
              const all = rows.get(each) ?? [];
              const shown = all.slice(0, all.length === most + 1 ? most + 1 : most);
              return (
                <Day
                  key={each}
                  day={each}
                  inside={calendar.span === "week" || each.slice(0, 7) === day.slice(0, 7)}
                  today={each === today}
                  rows={shown}
                  more={Math.max(counts.get(each) ?? 0, all.length) - shown.length}
                  field={field}
                  hue={hue}
                  movable={movable}
                  opened={opened}
                  open={open}
                  drag={setDragged}
                  drop={() => {
                    if (dragged && movable) put(dragged, each);
                    setDragged(null);
                  }}
                  move={(row, by) => {
                    put(row, plusDays(each, by));
                    setMoved(row.id);
                  }}
                  all={() => only(between(field, each, plusDays(each, 1), zone))}
                  add={add && movable ? () => add({ [field.name]: onDay(field, null, each, zone) }) : null}
                />
              );
            })}
          </div>
          {total === 0 && <Quiet>{t("calendar.none")}</Quiet>}
          {stopped && <Quiet>{t("calendar.many", { count: most_pages * 100 })}</Quiet>}
          {movable && (total ?? 0) > 0 && <p className={css.hint}>{t("calendar.hint")}</p>}
        </>
      )}
    </div>
  );
}
