import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Input, Modal, Popover } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { addView, removeView, viewsQuery } from "@/api/records";
import type { View } from "@/api/types";
import { useAct } from "@/components/act";
import { useProblem } from "@/components/failed";
import { treeOf, conditionsIn, conditionsOf, filterOf } from "@/components/filter/model";
import { Field } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Quiet } from "@/ui/parts";
import css from "./records.module.css";
import { type Search, sortOf } from "./search";

/** What a view shows, as an address says it. */
function searchOf({ body }: View): Pick<Search, "filter" | "sort" | "view"> {
  const [sort] = body.sort;
  return { filter: filterOf(conditionsIn(body.filter)), sort: sort && `${sort.descending ? "-" : ""}${sort.field}`, view: body.layout === "board" ? "board" : undefined };
}

function bodyOf(search: Search): View["body"] {
  const sort = sortOf(search.sort);
  return { filter: treeOf(conditionsOf(search.filter)) ?? { all: [] }, sort: sort ? [sort] : [], layout: search.view === "board" ? "board" : "table" };
}

const isShown = (view: View, search: Search) => {
  const shown = searchOf(view);
  return shown.filter === search.filter && shown.sort === search.sort && shown.view === search.view;
};

function Save({ object, search, close }: { object: string; search: Search; close: () => void }) {
  const { t } = useTranslation();
  const problem = useProblem();
  const cache = useQueryClient();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () => addView(object, { name: name.trim(), shared, body: bodyOf(search) }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: viewsQuery(object).queryKey });
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal open onCancel={close} title={t("views.save")} footer={null} width={400}>
      <form onSubmit={submit}>
        <Field label={t("settings.name")} error={save.isError ? problem(save.error) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} autoFocus required maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <Checkbox checked={shared} onChange={(event) => setShared(event.target.checked)}>{t("views.share")}</Checkbox>
        <div className={css.buttons}>
          <Button type="primary" htmlType="submit" loading={save.isPending}>{t("records.save")}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** The views of a list: one's own, and shared ones. */
export function Views({ object, search, change }: { object: string; search: Search; change: (next: Partial<Search>) => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const [saving, setSaving] = useState(false);
  const views = useQuery(viewsQuery(object)).data?.items ?? [];
  const remove = useAct<View, unknown>({ mutationFn: (view) => removeView(object, view.id), onSuccess: () => cache.invalidateQueries({ queryKey: viewsQuery(object).queryKey }) });
  const shown = views.find((view) => isShown(view, search));
  const narrowed = Boolean(search.filter || search.sort || search.view);
  const name = shown?.name ?? (narrowed ? t("views.unsaved") : t("views.all"));
  const show = (next: Partial<Search>) => {
    setOpen(false);
    change({ q: undefined, trash: undefined, ...next });
  };
  const list = (
    <div className={css.views}>
      <ul aria-label={t("views.title")}>
        <li>
          <button type="button" aria-pressed={!narrowed} onClick={() => show({ filter: undefined, sort: undefined, view: undefined })}>{t("views.all")}</button>
        </li>
        {views.map((view) => (
          <li key={view.id}>
            <button type="button" aria-pressed={view === shown} onClick={() => show(searchOf(view))}>
              {view.name}
              {view.shared && <small>{t("views.shared", { name: view.owner })}</small>}
            </button>
            {view.writable && <Button size="small" type="text" aria-label={`${t("views.remove")} ${view.name}`} icon={<Icon name="trash" size={13} />} onClick={() => remove.mutate(view)} />}
          </li>
        ))}
      </ul>
      {views.length === 0 && !narrowed && <Quiet>{t("views.hint")}</Quiet>}
      {narrowed && !shown && (
        <Button
          block
          size="small"
          icon={<Icon name="plus" size={13} />}
          onClick={() => {
            setOpen(false);
            setSaving(true);
          }}
        >
          {t("views.save")}
        </Button>
      )}
    </div>
  );
  return (
    <>
      <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" content={list}>
        <Button size="small" icon={<Icon name="chevron" size={13} />} iconPlacement="end" aria-label={`${t("views.title")}: ${name}`}>{name}</Button>
      </Popover>
      {saving && <Save object={object} search={search} close={() => setSaving(false)} />}
    </>
  );
}
