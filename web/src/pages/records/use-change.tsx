import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { changeRecord, restoreRecord, trashRecord, undoChange } from "@/api/records";
import type { Board, Cell, Changed, Field, Labels, ObjectType, RecordPage, RecordRow, Values } from "@/api/types";
import { useAct } from "@/components/act";

type Pages = { pages: RecordPage[]; pageParams: unknown[] };

/** A board with a record in the column where its new value puts it. */
function onBoard(board: Board, id: string, change: (row: RecordRow) => RecordRow, by: string): Board {
  const row = board.columns.flatMap((column) => column.items).find((each) => each.id === id);
  if (!row) return board;
  const next = change(row);
  const [from, to] = [row.values[by] ?? null, next.values[by] ?? null];
  const columns = board.columns.map((column) => {
    const rest = column.items.filter((each) => each.id !== id);
    if (from === to) return { ...column, items: column.items.map((each) => (each.id === id ? next : each)) };
    if (column.choice === to) return { ...column, count: column.count + 1, items: [next, ...rest] };
    return column.choice === from ? { ...column, count: column.count - 1, items: rest } : column;
  });
  return { ...board, columns };
}

/** Puts a record in place of what lists and its page show of it. */
function show(cache: QueryClient, object: string, id: string, change: (row: RecordRow) => RecordRow, labels: Labels = {}) {
  cache.setQueriesData<Pages>({ queryKey: ["records", object] }, (old) => {
    if (!old?.pages?.some((page) => page.items.some((row) => row.id === id))) return old;
    return { ...old, pages: old.pages.map((page) => ({ ...page, labels: { ...page.labels, ...labels }, items: page.items.map((row) => (row.id === id ? change(row) : row)) })) };
  });
  for (const [key, board] of cache.getQueriesData<Board>({ queryKey: ["records", object, "board"] })) {
    const { by } = key[3] as { by: string };
    if (board) cache.setQueryData<Board>(key, { ...onBoard(board, id, change, by), labels: { ...board.labels, ...labels } });
  }
  cache.setQueryData<{ record: RecordRow; labels: Labels }>(["record", object, id], (old) => old && { record: change(old.record), labels: { ...old.labels, ...labels } });
}

function settled(cache: QueryClient, object: string, id: string) {
  void cache.invalidateQueries({ queryKey: ["records", object] });
  void cache.invalidateQueries({ queryKey: ["record", object, id] });
}

/** The toast of what was changed last takes the place of the one before, so that they do not pile up over what is being worked on. */
const toast = "change";

/** Says in a toast what was done, with a way back. */
export function useUndoable(object: ObjectType) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const undo = useAct<string, Changed>({
    mutationFn: (change) => undoChange(change),
    onSuccess: ({ detail }) => {
      void message.success(t("records.undone"));
      if (detail) settled(cache, object.name, detail.record.id);
      else void cache.invalidateQueries({ queryKey: ["records", object.name] });
    },
  });
  return (said: string, change: string | null) => {
    if (change === null) return;
    const close = message.open({
      key: toast,
      type: "success",
      duration: 6,
      content: (
        <>
          {said}{" "}
          <Button
            size="small"
            type="link"
            onClick={() => {
              close();
              undo.mutate(change);
            }}
          >
            {t("records.undo")}
          </Button>
        </>
      ),
    });
  };
}

/** Sets a value: shown at once, put back if the server refuses, and taken back from the toast. */
export function useSet(object: ObjectType) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const say = useUndoable(object);
  return useAct<{ row: RecordRow; field: Field; value: Cell; more?: Values }, Changed>({
    mutationFn: ({ row, field, value, more }) => changeRecord(object.name, row.id, { ...more, [field.name]: value }),
    onMutate: async ({ row, field, value, more }) => {
      await cache.cancelQueries({ queryKey: ["records", object.name] });
      show(cache, object.name, row.id, (old) => ({ ...old, values: { ...old.values, ...more, [field.name]: value } }));
    },
    onError: (_error, { row }) => show(cache, object.name, row.id, () => row),
    onSuccess: ({ detail, change }, { row }) => {
      if (detail) show(cache, object.name, row.id, () => detail.record, detail.labels);
      say(t("records.changed", { name: row.title ?? t("records.untitled") }), change);
    },
    onSettled: (_done, _error, { row }) => settled(cache, object.name, row.id),
  });
}

/** Puts a record into the trash, or takes it out. */
export function useTrash(object: ObjectType) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const say = useUndoable(object);
  return useAct<{ row: RecordRow; trashed: boolean }, Changed>({
    mutationFn: ({ row, trashed }) => (trashed ? trashRecord(object.name, row.id) : restoreRecord(object.name, row.id)),
    onSuccess: ({ change }, { row, trashed }) => say(t(trashed ? "records.trashed" : "records.restored", { name: row.title ?? t("records.untitled") }), change),
    onSettled: (_done, _error, { row }) => settled(cache, object.name, row.id),
  });
}
