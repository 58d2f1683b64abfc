import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import { Failed } from "@/components/failed";
import { useFormat, useLabel } from "@/components/language";
import { Icon, iconNamed } from "@/ui/icon";
import { Bones, Chip } from "@/ui/parts";
import { Head } from "../head";
import css from "../settings.module.css";
import { EditObject } from "./edit-object";

/** The objects of the workspace: the standard ones, and those that people made. */
export function ObjectsPage() {
  const { t } = useTranslation();
  const label = useLabel();
  const format = useFormat();
  const navigate = useNavigate();
  const found = useQuery(objectsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <Head title={t("settings.objects")} lead={t("objects.lead")}>
        <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>{t("objects.add")}</Button>
      </Head>
      {found.isPending && <Bones rows={10} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <div className={css.scroll}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t("settings.name")}</th>
                <th scope="col">{t("objects.api_name")}</th>
                <th scope="col">{t("objects.fields")}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {found.data.items.map((object) => (
                <tr key={object.id} data-past={object.archived}>
                  <th scope="row">
                    <Link to="/settings/objects/$object" params={{ object: object.name }} className={css.who}>
                      <Icon name={iconNamed(object.icon)} size={17} />
                      {label(object.label)}
                    </Link>
                  </th>
                  <td><code>{object.name}</code></td>
                  <td>{format.number(object.fields.filter((field) => !field.archived).length)}</td>
                  <td>{object.archived && <Chip>{t("objects.archived")}</Chip>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {adding && <EditObject object={null} close={() => setAdding(false)} saved={(name) => void navigate({ to: "/settings/objects/$object", params: { object: name } })} />}
    </>
  );
}
