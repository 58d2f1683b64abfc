import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import type { Filter, ObjectType, RecordRights, RoleAccess } from "@/api/types";
import { FilterBar } from "@/components/filter/bar";
import { partsIn, treeOf } from "@/components/filter/model";
import { useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import css from "../settings.module.css";
import { FieldAccesses } from "./fields";
import { scopes, writesUnder } from "./scopes";

function withCondition(rights: RecordRights, condition: Filter | undefined): RecordRights {
  const next = { ...rights };
  if (condition) next.condition = condition;
  else delete next.condition;
  return next;
}

type LineProps = { name: string; object: ObjectType | null; rights: RecordRights; change: (rights: RecordRights) => void; remove?: () => void };

function Line({ name, object, rights, change, remove }: LineProps) {
  const { t } = useTranslation();
  const offered = scopes.filter((scope) => scope !== "some" || object !== null);
  const options = offered.map((scope) => ({ value: scope, label: t(`roles.scope_${scope}`) }));
  const writable = options.filter(({ value }) => writesUnder(rights.read).includes(value));
  const narrowed = object !== null && (rights.read === "some" || rights.write === "some");
  return (
    <>
      <tr>
        <th scope="row">
          {name}
          {remove && <Button size="small" type="text" aria-label={t("roles.as_others", { name })} title={t("roles.as_others", { name })} icon={<Icon name="close" size={12} />} onClick={remove} />}
        </th>
        <td><Select size="small" className={css.scope ?? ""} popupMatchSelectWidth={false} aria-label={t("roles.reads", { name })} value={rights.read} options={options} onChange={(read) => change({ ...rights, read, write: writesUnder(read).includes(rights.write) ? rights.write : read })} /></td>
        <td><Select size="small" className={css.scope ?? ""} popupMatchSelectWidth={false} aria-label={t("roles.writes", { name })} value={rights.write} options={writable} onChange={(write) => change({ ...rights, write })} /></td>
      </tr>
      {narrowed && (
        <tr>
          <td colSpan={3} className={css.condition}>
            <FilterBar object={object.name} fields={object.fields.filter((field) => !field.archived)} labels={{}} group={partsIn(rights.condition)} change={(next) => change(withCondition(rights, treeOf(next)))} />
          </td>
        </tr>
      )}
      {object !== null && rights.read !== "none" && (
        <tr>
          <td colSpan={3} className={css.condition}>
            <FieldAccesses object={object} accesses={rights.fields ?? {}} change={(fields) => change({ ...rights, fields })} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Which records of each object a role sees and changes. */
export function RecordAccess({ access, change }: { access: RoleAccess; change: (access: RoleAccess) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  const objects = useQuery(objectsQuery).data?.items.filter((object) => !object.archived) ?? [];
  const remove = (name: string) => change({ ...access, objects: Object.fromEntries(Object.entries(access.objects).filter(([each]) => each !== name)) });
  const put = (name: string, rights: RecordRights) => change({ ...access, objects: { ...access.objects, [name]: rights } });
  const named = objects.filter((object) => object.name in access.objects);
  const rest = objects.filter((object) => !(object.name in access.objects));
  return (
    <div className={css.choices} role="group" aria-label={t("roles.records")}>
      <table className={css.access}>
        <thead>
          <tr>
            <th scope="col">{t("roles.records")}</th>
            <th scope="col">{t("roles.read")}</th>
            <th scope="col">{t("roles.write")}</th>
          </tr>
        </thead>
        <tbody>
          <Line name={t(named.length > 0 ? "roles.others" : "roles.all_objects")} rights={access.others} object={null} change={(others) => change({ ...access, others })} />
          {named.map((object) => (
            <Line key={object.name} name={label(object.label)} object={object} rights={access.objects[object.name] ?? access.others} change={(rights) => put(object.name, rights)} remove={() => remove(object.name)} />
          ))}
        </tbody>
      </table>
      <Select size="small" style={{ width: 220 }} aria-label={t("roles.except")} placeholder={t("roles.except")} value={null} showSearch={{ optionFilterProp: "label" }} options={rest.map((object) => ({ value: object.name, label: label(object.label) }))} onChange={(name: string) => put(name, access.others)} />
    </div>
  );
}
