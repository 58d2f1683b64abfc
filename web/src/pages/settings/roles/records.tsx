import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import type { Filter, ObjectType, RecordRights, RoleAccess, Scope } from "@/api/types";
import { FilterBar } from "@/components/filter/bar";
import { conditionsIn, treeOf } from "@/components/filter/model";
import { useLabel } from "@/components/language";
import css from "../settings.module.css";

const scopes: Scope[] = ["none", "own", "some", "all"];

function withCondition({ read, write }: RecordRights, condition: Filter | undefined): RecordRights {
  return { read, write, ...(condition ? { condition } : {}) };
}

type LineProps = { name: string; object: ObjectType | null; rights: RecordRights; change: (rights: RecordRights) => void };

function Line({ name, object, rights, change }: LineProps) {
  const { t } = useTranslation();
  const offered = scopes.filter((scope) => scope !== "some" || object !== null);
  const options = offered.map((scope) => ({ value: scope, label: t(`roles.scope_${scope}`) }));
  // Nobody changes what they do not see.
  const writable = options.slice(0, offered.indexOf(rights.read) + 1);
  const narrowed = object !== null && (rights.read === "some" || rights.write === "some");
  return (
    <>
      <tr>
        <th scope="row">{name}</th>
        <td><Select size="small" style={{ width: 128 }} aria-label={t("roles.reads", { name })} value={rights.read} options={options} onChange={(read) => change({ ...rights, read, write: scopes.indexOf(rights.write) > scopes.indexOf(read) ? read : rights.write })} /></td>
        <td><Select size="small" style={{ width: 128 }} aria-label={t("roles.writes", { name })} value={rights.write} options={writable} onChange={(write) => change({ ...rights, write })} /></td>
      </tr>
      {narrowed && (
        <tr>
          <td colSpan={3} className={css.condition}>
            <FilterBar fields={object.fields.filter((field) => !field.archived)} labels={{}} conditions={conditionsIn(rights.condition)} change={(next) => change(withCondition(rights, treeOf(next)))} />
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
            <Line key={object.name} name={label(object.label)} object={object} rights={access.objects[object.name] ?? access.others} change={(rights) => put(object.name, rights)} />
          ))}
        </tbody>
      </table>
      <Select size="small" style={{ width: 220 }} aria-label={t("roles.except")} placeholder={t("roles.except")} value={null} showSearch={{ optionFilterProp: "label" }} options={rest.map((object) => ({ value: object.name, label: label(object.label) }))} onChange={(name: string) => put(name, access.others)} />
    </div>
  );
}
