import { Button, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { Field, FieldAccess, ObjectType } from "@/api/types";
import { isTold } from "@/components/fields";
import { useLabel } from "@/components/language";
import { Icon } from "@/ui/icon";
import css from "../settings.module.css";

type Less = Exclude<FieldAccess, "write">;
const less: readonly Less[] = ["hidden", "masked", "reveal", "read"];

type Accesses = Record<string, FieldAccess>;
type LineProps = { name: string; options: readonly Less[]; access: Less; change: (access: Less | null) => void };

function Line({ name, options, access, change }: LineProps) {
  const { t } = useTranslation();
  return (
    <li>
      <span>{name}</span>
      <Select size="small" className={css.access_of ?? ""} popupMatchSelectWidth={false} aria-label={t("roles.field_of", { name })} value={access} options={options.map((each) => ({ value: each, label: t(`roles.field_${each}`) }))} onChange={change} />
      <Button size="small" type="text" aria-label={t("roles.field_free", { name })} title={t("roles.field_free", { name })} icon={<Icon name="close" size={12} />} onClick={() => change(null)} />
    </li>
  );
}

/** Fields with which a role may do less than with the records themselves. */
export function FieldAccesses({ object, accesses, change }: { object: ObjectType; accesses: Accesses; change: (accesses: Accesses) => void }) {
  const { t } = useTranslation();
  const label = useLabel();
  // What a record is known by is always seen.
  const optionsOf = (field: Field) => (field === object.fields[0] || field.name === "owner" ? (["read"] as const) : less);
  const accessOf = (field: Field) => {
    const access = accesses[field.name];
    return access === "write" ? undefined : access;
  };
  const put = (name: string, access: Less | null) => {
    const rest = Object.fromEntries(Object.entries(accesses).filter(([each]) => each !== name));
    change(access === null ? rest : { ...accesses, [name]: access });
  };
  const narrowed = object.fields.flatMap((field) => {
    const access = accessOf(field);
    return access ? [{ field, access }] : [];
  });
  const rest = object.fields.filter((field) => isTold(field) && !accessOf(field));
  return (
    <div className={css.fields} role="group" aria-label={t("roles.fields_of", { name: label(object.label) })}>
      {narrowed.length > 0 && (
        <ul>
          {narrowed.map(({ field, access }) => (
            <Line key={field.name} name={label(field.label)} options={optionsOf(field)} access={access} change={(next) => put(field.name, next)} />
          ))}
        </ul>
      )}
      <Select size="small" style={{ width: 220 }} aria-label={t("roles.field_add", { name: label(object.label) })} placeholder={t("roles.field_narrow")} value={null} showSearch={{ optionFilterProp: "label" }} options={rest.map((field) => ({ value: field.name, label: label(field.label) }))} onChange={(name: string) => put(name, "read")} />
    </div>
  );
}
