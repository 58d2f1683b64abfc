import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { recordsTable } from "@/api/records";
import type { ListRequest, ObjectType, ViewColumn } from "@/api/types";
import { useLanguage } from "@/components/language";
import { Icon } from "@/ui/icon";

type Props = { object: ObjectType; list: ListRequest; columns: readonly ViewColumn[] };

/** The list as a table for a spreadsheet, with the columns that are shown. */
export function ExportLink({ object, list, columns }: Props) {
  const { t } = useTranslation();
  const english = useLanguage() === "en";
  const [title, ...rest] = object.fields.filter((field) => !field.archived).map((field) => field.name);
  const chosen = columns.map((column) => column.field).filter((name) => rest.includes(name));
  const fields = title === undefined || columns.length === 0 ? [] : [title, ...chosen];
  return <Button href={recordsTable(object.name, { list, fields, english })} download title={t("records.export")} aria-label={t("records.export")} icon={<Icon name="download" size={15} />} />;
}
