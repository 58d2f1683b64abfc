import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { changesQuery, undoChange } from "@/api/records";
import type { Cell, ChangeLine, Changed, Labels, ObjectType } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { Failed, useProblem } from "@/components/failed";
import { useLabel } from "@/components/language";
import { Shown } from "@/forms/value";
import { Icon } from "@/ui/icon";
import { Bones } from "@/ui/parts";
import css from "./records.module.css";

/** What is taken back from the history. */
const undoable: ReadonlySet<ChangeLine["act"]> = new Set(["changed", "detached"]);

type UndoProps = { change: string; force: boolean };

function useUndo(object: ObjectType, id: string) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const problem = useProblem();
  const cache = useQueryClient();
  const undo = useAct<UndoProps, Changed>({
    mutationFn: ({ change, force }) => undoChange(change, force),
    onSuccess: () => void message.success(t("records.undone")),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: ["record", object.name, id] });
      void cache.invalidateQueries({ queryKey: ["records", object.name] });
    },
  });
  return (change: string) =>
    void undoChange(change)
      .then(() => {
        void message.success(t("records.undone"));
        void cache.invalidateQueries({ queryKey: ["record", object.name, id] });
        void cache.invalidateQueries({ queryKey: ["records", object.name] });
      })
      .catch((error: unknown) => {
        if (!(error instanceof ApiError) || error.code !== "changed_since") return void message.error(problem(error));
        modal.confirm({
          title: t("records.since", { what: problem(error) }),
          content: t("records.since_hint"),
          okText: t("records.undo_anyway"),
          cancelText: t("common.cancel"),
          icon: null,
          onOk: () => undo.mutateAsync({ change, force: true }).catch(() => undefined),
        });
      });
}

function Line({ object, change, labels, undo }: { object: ObjectType; change: ChangeLine; labels: Labels; undo: (() => void) | null }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const by = change.by === "local" ? t("audit.local") : change.by;
  const shown = (name: string, value: Cell) => {
    const field = object.fields.find((each) => each.name === name);
    return field && value !== null ? <Shown field={field} value={value} labels={labels} plain /> : <span className={css.empty}>{t("records.empty")}</span>;
  };
  return (
    <li>
      <header>
        <strong>{by}</strong> {t(`records.act_${change.undoes === null ? change.act : "undid"}`)}
        <Ago time={change.at} />
      </header>
      <dl>
        {change.fields.map(({ field, label, before, after }) => (
          <div key={field} style={{ display: "contents" }}>
            <dt>{labelOf(label)}</dt>
            <dd>
              {change.act !== "added" && <><s>{shown(field, before)}</s> → </>}
              {shown(field, after)}
            </dd>
          </div>
        ))}
      </dl>
      {change.file?.name && <p className={css.file}>{change.file.name}</p>}
      {change.erased && <small className={css.empty}>{t("records.erased")}</small>}
      {undo && (
        <Button size="small" type="text" className={css.back ?? ""} icon={<Icon name="undo" size={14} />} onClick={undo}>
          {t("records.undo")}
        </Button>
      )}
    </li>
  );
}

/** A record's history; each change can be taken back. */
export function Changes({ object, id, labels, writable }: { object: ObjectType; id: string; labels: Labels; writable: boolean }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(changesQuery(object.name, id));
  const undo = useUndo(object, id);
  const lines = found.data?.pages.flatMap((page) => page.items) ?? [];
  const undone = new Set(lines.map((change) => change.undoes));
  return (
    <>
      {found.isPending && <Bones rows={6} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      <ul className={css.changes} aria-label={t("records.view_changes")}>
        {lines.map((change) => (
          <Line key={change.id} object={object} change={change} labels={labels} undo={writable && undoable.has(change.act) && !change.erased && !undone.has(change.id) ? () => undo(change.id) : null} />
        ))}
      </ul>
      {found.hasNextPage && <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t("audit.more")}</Button>}
    </>
  );
}
