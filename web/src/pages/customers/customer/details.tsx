import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import { recordQuery } from "@/api/records";
import type { ObjectType } from "@/api/types";
import { isHidden } from "@/components/fields";
import { ObjectName } from "@/components/object-name";
import { Around, Values } from "@/pages/records/panel";
import { Timeline } from "@/pages/records/timeline";
import { Section } from "@/ui/parts";
import css from "./customer.module.css";

/** The object of customers, with those of its fields that are wanted. */
function useCustomers(all: boolean): ObjectType | undefined {
  const object = useQuery(objectsQuery).data?.items.find((each) => each.name === "customer");
  return useMemo(() => object && { ...object, fields: object.fields.filter((field) => !isHidden(field) && (all || !field.known)) }, [object, all]);
}

/** What people set of a customer, beside what events say. */
export function Details({ record }: { record: string }) {
  const { t } = useTranslation();
  const object = useCustomers(false);
  const found = useQuery(recordQuery("customer", record)).data;
  if (!object || !found) return null;
  return (
    <ObjectName value="customer">
      <Section title={t("customer.details")} icon="note">
        <Values object={object} row={found.record} labels={found.labels} />
      </Section>
    </ObjectName>
  );
}

/** What is kept with a customer, and who sees it. */
export function Kept({ record }: { record: string }) {
  const object = useCustomers(true);
  const found = useQuery(recordQuery("customer", record)).data;
  if (!object || !found) return null;
  return (
    <div className={css.kept}>
      <Around object={object} row={found.record} />
    </div>
  );
}

/** All that happened around a customer, on one timeline. */
export function Story({ record }: { record: string }) {
  const object = useCustomers(true);
  const found = useQuery(recordQuery("customer", record)).data;
  if (!object || !found) return null;
  return (
    <ObjectName value="customer">
      <Timeline object={object} row={found.record} labels={found.labels} />
    </ObjectName>
  );
}
