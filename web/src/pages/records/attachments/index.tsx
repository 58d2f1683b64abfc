import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress } from "antd";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { attachmentAddress, attachmentsQuery, removeAttachment, restoreAttachment } from "@/api/attachments";
import type { Attachment, Changed, ObjectType, RecordRow } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { FailedLine, useProblem } from "@/components/failed";
import { useFormat } from "@/components/language";
import { useFiles } from "@/i18n/files";
import { Icon } from "@/ui/icon";
import { useUndoable } from "../use-change";
import css from "./attachments.module.css";
import { iconOf, kindOf } from "./kind";
import { Preview } from "./preview";
import { sizeOf } from "./size";
import { begin, cancel, type Upload, useUploads } from "./uploads";

/** Removes a file, with a way back in the toast, or puts one back. */
function useSetRemoved(object: ObjectType, record: string) {
  const f = useFiles();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const say = useUndoable(object);
  return useAct<{ file: Attachment; removed: boolean }, Changed>({
    mutationFn: ({ file, removed }) => (removed ? removeAttachment(object.name, record, file.id) : restoreAttachment(object.name, record, file.id)),
    onSuccess: ({ change }, { file, removed }) => {
      if (removed) say(f("removed", { name: file.name }), change);
      else void message.success(f("restored", { name: file.name }));
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["record", object.name, record] }),
  });
}

type LineProps = { file: Attachment; address: string; open: () => void; remove: (() => void) | null };

function Line({ file, address, open, remove }: LineProps) {
  const { t, i18n } = useTranslation();
  const f = useFiles();
  const { name } = file;
  const by = file.added_by === "local" ? t("audit.local") : file.added_by;
  return (
    <li>
      <span className={css.icon}><Icon name={iconOf(file.media_type)} size={16} /></span>
      <div className={css.what}>
        {kindOf(file.media_type) ? (
          <button type="button" className={css.name} title={name} aria-label={f("preview", { name })} onClick={open}>{name}</button>
        ) : (
          <strong className={css.name} title={name}>{name}</strong>
        )}
        <small>{sizeOf(file.bytes, i18n.language)} · {by} · <Ago time={file.added_at} /></small>
      </div>
      <Button size="small" type="text" href={address} download={name} aria-label={f("download", { name })} title={f("download", { name })} icon={<Icon name="download" size={14} />} />
      {remove && <Button size="small" type="text" aria-label={f("remove", { name })} title={f("remove", { name })} icon={<Icon name="trash" size={14} />} onClick={remove} />}
    </li>
  );
}

function Sending({ upload }: { upload: Upload }) {
  const f = useFiles();
  const problem = useProblem();
  const { name, bytes, sent, begun, error } = upload;
  const failed = error !== null;
  const said = sent >= bytes && begun ? f("sealing") : f("waiting");
  return (
    <li>
      <span className={css.icon}><Icon name="clip" size={16} /></span>
      <div className={css.what}>
        <span className={css.name} title={name}>{name}</span>
        {failed && <small role="alert" className={css.failed}>{problem(error)}</small>}
        {!failed && begun && sent < bytes && <Progress size="small" percent={bytes === 0 ? 100 : Math.floor((100 * sent) / bytes)} aria-label={f("uploading", { name })} />}
        {!failed && (!begun || sent >= bytes) && <small>{said}</small>}
      </div>
      <Button size="small" type="text" aria-label={f(failed ? "dismiss" : "cancel", { name })} icon={<Icon name="close" size={14} />} onClick={() => cancel(upload.key)} />
    </li>
  );
}

/** What was removed lately, and how long it can be put back. */
function Removed({ files, restore }: { files: Attachment[]; restore: (file: Attachment) => void }) {
  const f = useFiles();
  const format = useFormat();
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
              {file.kept_until && <small>{f("kept_until", { time: format.day(file.kept_until) })}</small>}
            </div>
            <Button size="small" type="text" aria-label={f("restore", { name: file.name })} icon={<Icon name="undo" size={14} />} onClick={() => restore(file)} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");

/** Takes files that are dropped; leaving a part within is not leaving. */
function useDrop(take: ((files: File[]) => void) | null) {
  const [over, setOver] = useState(false);
  if (!take) return { over: false, drop: {} };
  const drop = {
    onDragOver: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event: DragEvent) => {
      if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(false);
      take([...event.dataTransfer.files]);
    },
  };
  return { over, drop };
}

/** The files kept with a record. */
export function Attachments({ object, row }: { object: ObjectType; row: RecordRow }) {
  const f = useFiles();
  const cache = useQueryClient();
  const found = useQuery(attachmentsQuery(object.name, row.id));
  const uploads = useUploads(row.id);
  const setRemoved = useSetRemoved(object, row.id);
  const input = useRef<HTMLInputElement>(null);
  const [shown, setShown] = useState<Attachment | null>(null);
  const take = (files: readonly File[]) => begin(cache, object.name, row.id, files);
  const { over, drop } = useDrop(row.writable ? take : null);
  const items = found.data?.items ?? [];
  if (!row.writable && found.data && items.length === 0) return null;
  return (
    <section className={css.files} data-over={over} aria-label={f("title")} {...drop}>
      <header>
        <h3>{f("title")}</h3>
        {row.writable && <Button size="small" type="text" icon={<Icon name="plus" size={13} />} onClick={() => input.current?.click()}>{f("add")}</Button>}
        <input
          ref={input}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            take([...(event.target.files ?? [])]);
            event.target.value = ""; // the same file may be chosen again
          }}
        />
      </header>
      {found.isError && !found.data && <FailedLine error={found.error} retry={() => void found.refetch()} />}
      {found.data && items.length === 0 && uploads.length === 0 && <p className={css.note}>{f("none")}</p>}
      {(items.length > 0 || uploads.length > 0) && (
        <ul aria-label={f("title")}>
          {items.map((file) => (
            <Line key={file.id} file={file} address={attachmentAddress(object.name, row.id, file.id)} open={() => setShown(file)} remove={row.writable ? () => setRemoved.mutate({ file, removed: true }) : null} />
          ))}
          {uploads.map((upload) => <Sending key={upload.key} upload={upload} />)}
        </ul>
      )}
      <Removed files={found.data?.removed ?? []} restore={(file) => setRemoved.mutate({ file, removed: false })} />
      {over && <p className={css.over} role="status">{f("drop")}</p>}
      {shown && <Preview object={object.name} record={row.id} file={shown} close={() => setShown(null)} />}
    </section>
  );
}
