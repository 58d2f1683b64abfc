import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button, Switch } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeField, changeObject, objectsQuery } from "@/api/objects";
import type { Field, FieldChange, ObjectChange, ObjectType } from "@/api/types";
import { useAct } from "@/components/act";
import { Failed } from "@/components/failed";
import { useLabel, useText } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Bones, Chip, Empty } from "@/ui/parts";
import { Head } from "../head";
import css from "../settings.module.css";
import { EditField } from "./edit-field";
import { EditObject } from "./edit-object";
import own from "./objects.module.css";

const route = getRouteApi("/shell/settings/objects/$object");
const fixed = new Set(["owner", "created_at", "changed_at"]);
const alwaysPersonal = new Set<Field["type"]>(["phone", "email", "address"]);

function useObjectChange(object: ObjectType) {
  const cache = useQueryClient();
  return useAct<ObjectChange, ObjectType>({ mutationFn: (change) => changeObject(object.name, change), onSuccess: () => cache.invalidateQueries({ queryKey: objectsQuery.queryKey }) });
}

function Line({ object, field, title, edit }: { object: ObjectType; field: Field; title: boolean; edit: () => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const text = useText();
  const cache = useQueryClient();
  const objects = useQuery(objectsQuery).data?.items ?? [];
  const change = useAct<FieldChange, ObjectType>({ mutationFn: (what) => changeField(object.name, field.name, what), onSuccess: () => cache.invalidateQueries({ queryKey: objectsQuery.queryKey }) });
  const name = label(field.label);
  const target = field.to === null ? undefined : objects.find((each) => each.name === field.to);
  const standing = title || fixed.has(field.name);
  return (
    <tr data-past={field.archived}>
      <th scope="row">{name}</th>
      <td>
        {t(`field.${field.type}`)}
        {target && ` → ${label(target.label)}`}
        {field.formula && <small className={own.said}>{text(field.formula)}</small>}
        {field.rollup && <small className={own.said}>{t(`derived.${field.rollup.how}`)}{" · "}{label(objects.find((each) => each.name === field.rollup?.object)?.label ?? field.label)}</small>}
        {field.pending && <Chip>{t("derived.pending")}</Chip>}
      </td>
      <td><code>{field.name}</code></td>
      <td>{standing || field.automatic || field.type === "files" ? title && t("objects.always") : <Switch size="small" checked={field.required} disabled={field.archived} aria-label={t("objects.required_label", { name })} onChange={(required) => change.mutate({ required })} />}</td>
      <td>{!fixed.has(field.name) && !field.automatic && field.type !== "files" && <Switch size="small" checked={field.personal} disabled={field.archived || alwaysPersonal.has(field.type)} aria-label={t("objects.personal_label", { name })} onChange={(personal) => change.mutate({ personal })} />}</td>
      <td>
        {!field.archived && <Button size="small" type="text" aria-label={t("objects.field_edit", { name })} icon={<Icon name="note" size={14} />} onClick={edit} />}
        {!standing && <Button size="small" type="text" aria-label={`${t(field.archived ? "objects.restore" : "objects.archive")} ${name}`} onClick={() => change.mutate({ archived: !field.archived })}>{t(field.archived ? "objects.restore" : "objects.archive")}</Button>}
      </td>
    </tr>
  );
}

function Body({ object }: { object: ObjectType }) {
  const { t } = useTranslation();
  const label = useLabel();
  const change = useObjectChange(object);
  const [renaming, setRenaming] = useState(false);
  const [editing, setEditing] = useState<Field | "new" | null>(null);
  const ordered = object.fields.toSorted((a, b) => Number(a.archived) - Number(b.archived));
  return (
    <>
      <Link to="/settings/objects" className={own.back}>
        <Icon name="back" size={14} />
        {t("settings.objects")}
      </Link>
      <Head title={label(object.label)} lead={t("objects.object_lead")}>
        <span className={own.tools}>
          <Button icon={<Icon name="note" size={15} />} onClick={() => setRenaming(true)}>{t("objects.rename")}</Button>
          <Button onClick={() => change.mutate({ archived: !object.archived })}>{t(object.archived ? "objects.restore" : "objects.archive")}</Button>
          <Link to="/o/$object" params={{ object: object.name }} search={{}}>
            <Button tabIndex={-1}>{t("objects.open")}</Button>
          </Link>
          <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setEditing("new")}>{t("objects.field_add")}</Button>
        </span>
      </Head>
      {object.archived && <Chip>{t("objects.archived")}</Chip>}
      <div className={css.scroll}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t("objects.field")}</th>
              <th scope="col">{t("objects.type")}</th>
              <th scope="col">{t("objects.api_name")}</th>
              <th scope="col">{t("objects.required")}</th>
              <th scope="col" title={t("objects.personal_hint")}>{t("objects.personal")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {ordered.map((field) => (
              <Line key={field.name} object={object} field={field} title={field.name === object.fields[0]?.name} edit={() => setEditing(field)} />
            ))}
          </tbody>
        </table>
      </div>
      {renaming && <EditObject object={object} close={() => setRenaming(false)} saved={() => setRenaming(false)} />}
      {editing !== null && <EditField key={editing === "new" ? "new" : editing.name} object={object} field={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </>
  );
}

/** An object with its fields. */
export function ObjectPage() {
  const { t } = useTranslation();
  const { object: name } = route.useParams();
  const found = useQuery(objectsQuery);
  const object = found.data?.items.find((each) => each.name === name);
  if (found.isPending) return <Bones rows={10} label={t("common.loading")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  return object ? <Body object={object} /> : <Empty icon="question" title={t("error.missing")} hint={t("error.missing_hint")} />;
}
