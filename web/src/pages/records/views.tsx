import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Input, Modal, Popover } from "antd";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { addView, changeView, removeView, viewsQuery } from "@/api/records";
import type { View } from "@/api/types";
import { useAct } from "@/components/act";
import { useProblem } from "@/components/failed";
import { Star } from "@/components/star";
import { Field } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Quiet } from "@/ui/parts";
import css from "./records.module.css";
import type { Search } from "./address";
import { bodyOf, isPlainSearch, isShown, plain, searchOf } from "./search";

type SaveProps = { object: string; search: Search; close: () => void; saved: (view: View) => void };

function Save({ object, search, close, saved }: SaveProps) {
  const { t } = useTranslation();
  const problem = useProblem();
  const cache = useQueryClient();
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const save = useMutation({
    mutationFn: () => addView(object, { name: name.trim(), shared, body: bodyOf(search) }),
    onSuccess: async (view) => {
      await cache.invalidateQueries({ queryKey: viewsQuery(object).queryKey });
      saved(view);
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

type UnsavedProps = { object: string; view: View; search: Search; saveAs: () => void; back: () => void };

/** That a view shows something else than was saved, and what can be done about it. */
function Unsaved({ object, view, search, saveAs, back }: UnsavedProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const keep = useAct<void, View>({
    mutationFn: () => changeView(object, view.id, { name: view.name, shared: view.shared, body: bodyOf(search) }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: viewsQuery(object).queryKey });
      void message.success(t("views.kept"));
    },
  });
  return (
    <span className={css.unsaved} role="group" aria-label={t("views.changed")}>
      <small>{t("views.changed")}</small>
      {view.writable && <Button size="small" type="link" loading={keep.isPending} onClick={() => keep.mutate()}>{t("views.keep")}</Button>}
      <Button size="small" type="link" onClick={saveAs}>{t("views.keep_as")}</Button>
      <Button size="small" type="link" onClick={back}>{t("views.back")}</Button>
    </span>
  );
}

/** The views of a list: one's own, and shared ones. */
export function Views({ object, search, change }: { object: string; search: Search; change: (next: Partial<Search>) => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const [open, setOpen] = useState(false);
  const [saving, setSaving] = useState(false);
  const views = useQuery(viewsQuery(object)).data?.items ?? [];
  const remove = useAct<View, unknown>({
    mutationFn: (view) => removeView(object, view.id),
    onSuccess: (_, view) => {
      if (view.id === search.v) change({ v: undefined });
      return cache.invalidateQueries({ queryKey: viewsQuery(object).queryKey });
    },
  });
  const begun = views.find((view) => view.id === search.v);
  const shown = begun ?? views.find((view) => isShown(view.body, search));
  const narrowed = !isPlainSearch(search);
  const name = shown?.name ?? (narrowed ? t("views.unsaved") : t("views.all"));
  const show = (view: View | null) => {
    setOpen(false);
    change({ q: undefined, trash: undefined, at: undefined, ...(view ? searchOf(view.body) : plain), v: view?.id });
  };
  const asked = views.find((view) => view.id === search.open);
  useEffect(() => {
    if (asked) change({ ...plain, ...searchOf(asked.body), v: asked.id, open: undefined });
  });
  const saveAs = () => {
    setOpen(false);
    setSaving(true);
  };
  const list = (
    <div className={css.views}>
      <ul aria-label={t("views.title")}>
        <li>
          <button type="button" aria-pressed={!narrowed && !shown} onClick={() => show(null)}>{t("views.all")}</button>
        </li>
        {views.map((view) => (
          <li key={view.id}>
            <button type="button" aria-pressed={view === shown} onClick={() => show(view)}>
              {view.name}
              {view.shared && <small>{t("views.shared", { name: view.owner })}</small>}
            </button>
            <Star object={object} view={view.id} name={view.name} />
            {view.writable && <Button size="small" type="text" aria-label={`${t("views.remove")} ${view.name}`} icon={<Icon name="trash" size={13} />} onClick={() => remove.mutate(view)} />}
          </li>
        ))}
      </ul>
      {views.length === 0 && !narrowed && <Quiet>{t("views.hint")}</Quiet>}
      {shown?.partial && <Quiet>{t("views.partial")}</Quiet>}
      {narrowed && !shown && <Button block size="small" icon={<Icon name="plus" size={13} />} onClick={saveAs}>{t("views.save")}</Button>}
    </div>
  );
  return (
    <>
      <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomLeft" content={list}>
        <Button size="small" icon={<Icon name="chevron" size={13} />} iconPlacement="end" aria-label={`${t("views.title")}: ${name}`}>{name}</Button>
      </Popover>
      {begun && !isShown(begun.body, search) && <Unsaved object={object} view={begun} search={search} saveAs={saveAs} back={() => show(begun)} />}
      {saving && (
        <Save
          object={object}
          search={search}
          close={() => setSaving(false)}
          saved={(view) => {
            setSaving(false);
            change({ v: view.id });
          }}
        />
      )}
    </>
  );
}
