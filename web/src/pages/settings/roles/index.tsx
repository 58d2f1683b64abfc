import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { rolesQuery } from "@/api/people";
import type { Role, RolePage } from "@/api/types";
import { Failed } from "@/components/failed";
import { useLabel, useText } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Bones, Unseen } from "@/ui/parts";
import { Head } from "../head";
import css from "../settings.module.css";
import { EditRole } from "./edit";

/** Every right against every role, so that roles are compared at a glance. */
function Matrix({ page, edit }: { page: RolePage; edit: (role: Role) => void }) {
  const { t } = useTranslation();
  const text = useText();
  const labelOf = useLabel();
  return (
    <div className={css.scroll} role="region" aria-label={t("settings.roles")} tabIndex={0}>
      <table className={`${css.table} ${css.rights}`}>
        <thead>
          <tr>
            <th scope="col">{t("roles.right")}</th>
            {page.items.map((role) => (
              <th key={role.id} scope="col">
                {role.standard ? text(role.name) : <button type="button" className={css.own} aria-label={t("roles.edit_label", { name: text(role.name) })} onClick={() => edit(role)}>{text(role.name)}</button>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {page.rights.map((right) => (
            <tr key={right.name}>
              <th scope="row">{labelOf(right.label)}</th>
              {page.items.map((role) => (
                <td key={role.id}>
                  {role.rights.includes(right.name) && (
                    <>
                      <Icon name="check" size={16} />
                      <Unseen>{t("roles.has")}</Unseen>
                    </>
                  )}
                </td>
              ))}
            </tr>
          ))}
          {(["read", "write"] as const).map((what) => (
            <tr key={what}>
              <th scope="row">{t(`roles.records_${what}`)}</th>
              {page.items.map((role) => (
                <td key={role.id}>
                  {t(`roles.scope_${role.records.others[what]}`)}
                  {Object.keys(role.records.objects).length > 0 && " *"}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function RolesPage() {
  const { t } = useTranslation();
  const found = useQuery(rolesQuery);
  const [editing, setEditing] = useState<Role | "new" | null>(null);
  return (
    <>
      <Head title={t("settings.roles")} lead={t("roles.lead")}>
        <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setEditing("new")}>{t("roles.add")}</Button>
      </Head>
      {found.isPending && <Bones rows={10} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && <Matrix page={found.data} edit={setEditing} />}
      {found.data && editing !== null && <EditRole key={editing === "new" ? "new" : editing.id} page={found.data} role={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </>
  );
}
