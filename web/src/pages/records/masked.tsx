import { queryOptions, useQuery } from "@tanstack/react-query";
import { Button, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { customerQuery } from "@/api/customers";
import { membersQuery } from "@/api/objects";
import { recordQuery, revealValue } from "@/api/records";
import { sessionQuery } from "@/api/session";
import type { Cell, Field, RecordRow } from "@/api/types";
import { useAct } from "@/components/act";
import { useLabel } from "@/components/language";
import { Shown } from "@/forms/value";
import { Icon } from "@/ui/icon";
import css from "./records.module.css";

/** What a person, customer or record is called to which a value leads. */
const nameQuery = (field: Field, value: Cell | undefined) =>
  queryOptions({
    queryKey: ["named", field.type, field.to, value],
    enabled: typeof value === "string" && ["user", "customer", "relation"].includes(field.type),
    queryFn: async ({ client }) => {
      const id = String(value);
      if (field.type === "user") return (await client.fetchQuery(membersQuery)).items.find((member) => member.id === id)?.name ?? null;
      if (field.type === "customer") return (await client.fetchQuery(customerQuery(id))).name;
      return (await client.fetchQuery(recordQuery(field.to ?? "", id))).record.title;
    },
  });

/** A masked value. Where the reader may, a click shows it in full, which is noted; closing the panel masks it again. */
export function Masked({ object, row, field }: { object: string; row: RecordRow; field: Field }) {
  const { t } = useTranslation();
  const name = useLabel()(field.label);
  const isSeenAs = Boolean(useQuery({ ...sessionQuery, enabled: false }).data?.user?.seen_by);
  const [full, setFull] = useState<Cell>();
  const show = useAct<void, { value: Cell }>({ mutationFn: () => revealValue(object, row.id, field.name), onSuccess: ({ value }) => setFull(value) });
  const label = useQuery(nameQuery(field, full)).data;
  const isOpen = full !== undefined;
  const labels = typeof label === "string" ? { [String(full)]: label } : {};
  return (
    <div className={css.masked} data-open={isOpen}>
      <div className={css.value}>
        <Shown field={isOpen ? { ...field, access: "read" } : field} value={isOpen ? full : row.values[field.name]} labels={labels} />
        {isOpen && <small role="status">{t("records.revealed")}</small>}
      </div>
      {field.access === "reveal" && !isSeenAs && (
        <Tooltip title={isOpen ? undefined : t("records.reveal_hint")} placement="left">
          <Button size="small" type="text" aria-label={t(isOpen ? "records.conceal" : "records.reveal", { name })} loading={show.isPending} icon={<Icon name={isOpen ? "eye_off" : "eye"} size={15} />} onClick={() => (isOpen ? setFull(undefined) : show.mutate())} />
        </Tooltip>
      )}
    </div>
  );
}
