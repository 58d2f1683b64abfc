import { useMemo } from "react";
import type { Field, Labels, ListRequest, ObjectType, RecordPage, RecordRow } from "@/api/types";
import { isGiven, isPlain } from "@/components/fields";
import { useLabel } from "@/components/language";
import { columnsOf as shownColumns } from "@/table/columns";
import { Grid } from "@/table/grid";
import type { Line } from "@/table/lines";
import { Grouped } from "./grouped";
import { canAdd, canGroup } from "./groups";
import type { Search } from "./address";
import { columnsIn, columnsOf, groupOf, nextSort, sortsOf } from "./search";
import { usePut } from "./use-put";

const unsorted = new Set(["long_text", "multi_choice", "tags", "relations", "files"]);

export const canSort = (field: Field) => !unsorted.has(field.type) && isPlain(field);

/** The fields that are columns. */
export const columnFields = (object: ObjectType) => object.fields.filter((field) => !field.archived && field.type !== "long_text");

type Props = { object: ObjectType; search: Search; request: ListRequest; pages: readonly RecordPage[]; labels: Labels; open: (row: RecordRow) => void; change: (next: Partial<Search>) => void; near: () => void };

/** Records in a table, in groups where that is asked. */
export function Table({ object, search, request, pages, labels, open, change, near }: Props) {
  const label = useLabel();
  const { put, form } = usePut(object);
  const fields = useMemo(() => columnFields(object), [object]);
  const chosen = useMemo(() => columnsOf(search.columns), [search.columns]);
  const frozen = search.frozen ?? 0;
  const by = groupOf(search.group);
  const field = object.fields.find((each) => each.name === by?.field && canGroup(each));
  const lines = useMemo(() => pages.flatMap((page) => page.items).map((row): Line => ({ key: row.id, row })), [pages]);
  const draw = (shown: readonly Line[], known: Labels) => (
    <Grid
      label={label(object.plural)}
      fields={fields}
      chosen={chosen}
      choose={(columns) => change({ columns: columnsIn(columns) })}
      frozen={frozen}
      lines={shown}
      labels={known}
      sorts={sortsOf(search.sort)}
      sortBy={(one, more) => change({ sort: nextSort(sortsOf(search.sort), one.name, more) })}
      canSort={canSort}
      opened={search.record}
      open={open}
      canEdit={(row, one) => row.writable && isGiven(one)}
      set={put}
      near={near}
    />
  );
  if (!by || !field) return <>{form}{draw(lines, labels)}</>;
  const numbers = shownColumns(fields, chosen, frozen).map((column) => column.field).filter(canAdd);
  return (
    <>
      {form}
      <Grouped key={search.group} object={object} field={field} by={by} list={request} numbers={numbers} draw={draw} />
    </>
  );
}
