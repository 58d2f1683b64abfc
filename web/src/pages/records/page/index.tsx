import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { objectsQuery } from "@/api/objects";
import { recordQuery } from "@/api/records";
import type { ObjectType } from "@/api/types";
import { Failed } from "@/components/failed";
import { isHidden } from "@/components/fields";
import { useLabel } from "@/components/language";
import { ObjectName } from "@/components/object-name";
import { useRemembered } from "@/components/recent";
import { Star } from "@/components/star";
import { useTalk } from "@/i18n/talk";
import { Icon, iconNamed } from "@/ui/icon";
import { Bones, Empty } from "@/ui/parts";
import { Follow } from "../follow";
import { Fields } from "../panel";
import { Timeline } from "../timeline";
import css from "./page.module.css";

const route = getRouteApi("/shell/o/$object/$id");

function Whole({ object, id }: { object: ObjectType; id: string }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const label = useLabel();
  const found = useQuery(recordQuery(object.name, id));
  useRemembered({ object: object.name, id }, found.data !== undefined);
  if (found.error instanceof ApiError && found.error.status === 404) return <Empty icon="question" title={t("records.missing")} hint={t("records.missing_hint")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Bones rows={14} label={t("common.loading")} />;
  const { record, labels } = found.data;
  if (record.customer !== null) return <Navigate to="/customers/$id" params={{ id: record.customer }} search={{}} replace />;
  const title = record.title ?? t("records.untitled");
  return (
    <div className={css.page}>
      <header className={css.head}>
        <Link to="/o/$object" params={{ object: object.name }} search={{}} aria-label={talk("back", { name: label(object.plural) })} title={talk("back", { name: label(object.plural) })}>
          <Icon name="back" size={17} />
        </Link>
        <Icon name={iconNamed(object.icon)} size={20} />
        <h1>{title}</h1>
        <span className={css.marks}>
          <Follow object={object.name} id={id} />
          <Star object={object.name} record={id} name={title} />
        </span>
      </header>
      <section className={css.fields} aria-label={t("records.view_fields")}>
        <Fields object={object} row={record} labels={labels} />
      </section>
      <div className={css.story}>
        <h2>{talk("view")}</h2>
        <Timeline object={object} row={record} labels={labels} />
      </div>
    </div>
  );
}

/** A record with all that happened around it. */
export function RecordPage() {
  const { t } = useTranslation();
  const { object: name, id } = route.useParams();
  const found = useQuery(objectsQuery);
  const known = found.data?.items.find((each) => each.name === name);
  const object = useMemo(() => known && { ...known, fields: known.fields.filter((field) => !isHidden(field)) }, [known]);
  if (found.isPending) return <Bones rows={14} label={t("common.loading")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  if (!object || object.rights.read === "none") return <Empty icon="question" title={t("error.missing")} hint={t("error.missing_hint")} />;
  return (
    <ObjectName value={name}>
      <Whole key={`${name} ${id}`} object={object} id={id} />
    </ObjectName>
  );
}
