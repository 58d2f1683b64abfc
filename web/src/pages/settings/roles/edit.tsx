import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Input, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { addRole, changeRole, removeRole, rolesQuery } from "@/api/people";
import type { RoleAccess, Right, Role, RolePage } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useLabel, useText } from "@/components/language";
import { useMay } from "@/components/rights";
import { Icon } from "@/ui/icon";
import { Field } from "@/ui/field";
import css from "../settings.module.css";
import { RecordAccess } from "./records";

const everything: RoleAccess = { others: { read: "all", write: "all" }, objects: {} };

type Props = { page: RolePage; role: Role | null; close: () => void };

/** A role of the workspace's own: its name and its rights. Rights that one lacks oneself cannot be given. */
export function EditRole({ page, role, close }: Props) {
  const { t } = useTranslation();
  const text = useText();
  const labelOf = useLabel();
  const problem = useProblem();
  const may = useMay();
  const cache = useQueryClient();
  const [name, setName] = useState(role ? text(role.name) : "");
  const [rights, setRights] = useState<readonly Right[]>(role?.rights ?? ["customers.read"]);
  const [records, setRecords] = useState<RoleAccess>(role?.records ?? everything);
  const done = async () => {
    await cache.invalidateQueries({ queryKey: rolesQuery.queryKey });
    close();
  };
  const draft = { name: name.trim(), rights: [...rights], records };
  const save = useMutation({ mutationFn: () => (role ? changeRole(role.id, draft) : addRole(draft)), onSuccess: done });
  const remove = useMutation({ mutationFn: (id: string) => removeRole(id), onSuccess: done });
  const failed = save.error ?? remove.error;
  const atName = failed instanceof ApiError && failed.field === "name";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const turn = (right: Right, on: boolean) => setRights(on ? [...rights, right] : rights.filter((each) => each !== right));
  return (
    <Modal open onCancel={close} title={role ? t("roles.edit") : t("roles.add")} footer={null} width={600}>
      <form onSubmit={submit}>
        <Field label={t("settings.name")} error={failed && atName ? problem(failed) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} autoFocus required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <div className={css.choices} role="group" aria-label={t("roles.rights")}>
          <p className={css.choices_title}>{t("roles.rights")}</p>
          {page.rights.map((right) => (
            <Checkbox key={right.name} checked={rights.includes(right.name)} disabled={!may(right.name)} onChange={(event) => turn(right.name, event.target.checked)}>
              {labelOf(right.label)}
            </Checkbox>
          ))}
        </div>
        <RecordAccess access={records} change={setRecords} />
        {failed && !atName && <p role="alert" style={{ color: "var(--red)", marginBottom: 12 }}>{problem(failed)}</p>}
        <div className={css.buttons}>
          {role ? (
            <Button danger type="text" icon={<Icon name="trash" size={14} />} loading={remove.isPending} onClick={() => remove.mutate(role.id)}>{t("roles.remove")}</Button>
          ) : (
            <span />
          )}
          <Button type="primary" htmlType="submit" loading={save.isPending}>{t("roles.save")}</Button>
        </div>
      </form>
    </Modal>
  );
}
