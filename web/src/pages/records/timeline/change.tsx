import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { undoChange } from "@/api/records";
import type { Cell, ChangeLine, Changed, Labels, ObjectType } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { useProblem } from "@/components/failed";
import { useLabel } from "@/components/language";
import { Shown } from "@/forms/value";
import { Icon } from "@/ui/icon";
import { Avatar } from "@/ui/parts";
import css from "./timeline.module.css";

/** What is taken back from the history. */
export const undoable: ReadonlySet<ChangeLine["act"]> = new Set(["changed", "detached"]);

type UndoProps = { change: string; force: boolean };

/** Takes a change back; what was changed again since only when that is said once more. */
export function useUndo(object: ObjectType, id: string) {
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

/** A change; it can be taken back. */
export function ChangeEntry({ object, change, labels, undo }: { object: ObjectType; change: ChangeLine; labels: Labels; undo: (() => void) | null }) {
  const { t } = useTranslation();
  const labelOf = useLabel();
  const by = change.by === "local" ? t("audit.local") : change.by;
  const shown = (name: string, value: Cell) => {
    const field = object.fields.find((each) => each.name === name);
    return field && value !== null ? <Shown field={field} value={value} labels={labels} plain /> : <span className={css.soft}>{t("records.empty")}</span>;
  };
  return (
    <article className={css.entry}>
      <Avatar name={by} size={26} />
      <div>
        <header>
          <strong>{by}</strong> <span>{t(`records.act_${change.undoes === null ? change.act : "undid"}`)}</span>
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
        {change.file?.name && <p className={css.file}>{change.file.field && <span className={css.soft}>{labelOf(change.file.field)} </span>}{change.file.name}</p>}
        {change.erased && <small className={css.soft}>{t("records.erased")}</small>}
        {undo && (
          <Button size="small" type="text" className={css.back ?? ""} icon={<Icon name="undo" size={14} />} onClick={undo}>
            {t("records.undo")}
          </Button>
        )}
      </div>
    </article>
  );
}
