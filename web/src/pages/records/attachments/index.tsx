import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { attachmentAddress, attachmentsQuery } from "@/api/attachments";
import type { Attachment, ObjectType, RecordRow } from "@/api/types";
import { Ago } from "@/components/ago";
import { FailedLine } from "@/components/failed";
import { useFormat, useLabel } from "@/components/language";
import { useFiles } from "@/i18n/files";
import { Icon } from "@/ui/icon";
import css from "./attachments.module.css";
import { Choose, Line, Sending, useDrop, useSetRemoved } from "./parts";
import { Preview } from "./preview";
import { begin, useUploads } from "./uploads";

/** Who attached a file, and when. */
function By({ file }: { file: Attachment }) {
  const { t } = useTranslation();
  return <> · {file.added_by === "local" ? t("audit.local") : file.added_by} · <Ago time={file.added_at} /></>;
}

/** What was removed lately, and how long it can be put back. */
function Removed({ object, files, restore }: { object: ObjectType; files: Attachment[]; restore: (file: Attachment) => void }) {
  const f = useFiles();
  const format = useFormat();
  const label = useLabel();
  const home = (file: Attachment) => object.fields.find((field) => field.name === file.field);
  if (files.length === 0) return null;
  return (
    <details className={css.removed}>
      <summary>{f("removed_title", { count: files.length })}</summary>
      <p className={css.note}>{f("removed_hint")}</p>
      <ul>
        {files.map((file) => (
          <li key={file.id}>
            <div className={css.what}>
              <span className={css.name} title={file.name}>{file.name}</span>
              {file.kept_until && <small>{[home(file)].map((field) => field && `${label(field.label)} · `)}{f("kept_until", { time: format.day(file.kept_until) })}</small>}
            </div>
            <Button size="small" type="text" aria-label={f("restore", { name: file.name })} icon={<Icon name="undo" size={14} />} onClick={() => restore(file)} />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The files kept with a record, but for those in its fields. */
export function Attachments({ object, row }: { object: ObjectType; row: RecordRow }) {
  const f = useFiles();
  const cache = useQueryClient();
  const found = useQuery(attachmentsQuery(object.name, row.id));
  const uploads = useUploads(row.id);
  const setRemoved = useSetRemoved(object, row.id);
  const [shown, setShown] = useState<Attachment | null>(null);
  const take = (files: readonly File[]) => begin(cache, object.name, row.id, files);
  const { over, drop } = useDrop(row.writable ? take : null);
  const items = (found.data?.items ?? []).filter((file) => file.field === null);
  if (!row.writable && found.data && items.length === 0) return null;
  return (
    <section className={css.files} data-over={over} aria-label={f("title")} {...drop}>
      <header>
        <h3>{f("title")}</h3>
        {row.writable && <Choose label={f("add")} take={take} />}
      </header>
      {found.isError && !found.data && <FailedLine error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && uploads.length === 0 && <p className={css.note}>{f("none")}</p>}
      {(items.length > 0 || uploads.length > 0) && (
        <ul aria-label={f("title")}>
          {items.map((file) => (
            <Line key={file.id} file={file} by={<By file={file} />} address={attachmentAddress(object.name, row.id, file.id)} open={() => setShown(file)} remove={row.writable ? () => setRemoved.mutate({ file, removed: true }) : null} />
          ))}
          {uploads.map((upload) => <Sending key={upload.key} upload={upload} />)}
        </ul>
      )}
      <Removed object={object} files={found.data?.removed ?? []} restore={(file) => setRemoved.mutate({ file, removed: false })} />
      {over && <p className={css.over} role="status">{f("drop")}</p>}
      {shown && <Preview object={object.name} record={row.id} file={shown} close={() => setShown(null)} />}
    </section>
  );
}
