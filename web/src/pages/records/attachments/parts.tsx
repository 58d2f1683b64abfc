// What the files of a record and those of its fields are drawn with.
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress } from "antd";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { removeAttachment, restoreAttachment } from "@/api/attachments";
import type { Changed, FileValue, ObjectType } from "@/api/types";
import { useAct } from "@/components/act";
import { useProblem } from "@/components/failed";
import { useFiles } from "@/i18n/files";
import { Icon } from "@/ui/icon";
import { iconOf, kindOf } from "@/ui/media";
import { useUndoable } from "../use-change";
import css from "./attachments.module.css";
import { sizeOf } from "./size";
import { cancel, type Upload } from "./uploads";

/** Removes a file, with a way back in the toast, or puts one back. */
export function useSetRemoved(object: ObjectType, record: string) {
  const f = useFiles();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const say = useUndoable(object);
  return useAct<{ file: Pick<FileValue, "id" | "name">; removed: boolean }, Changed>({
    mutationFn: ({ file, removed }) => (removed ? removeAttachment(object.name, record, file.id) : restoreAttachment(object.name, record, file.id)),
    onSuccess: ({ change }, { file, removed }) => {
      if (removed) say(f("removed", { name: file.name }), change);
      else void message.success(f("restored", { name: file.name }));
    },
    onSettled: async () => {
      void cache.invalidateQueries({ queryKey: ["records", object.name] });
      await cache.invalidateQueries({ queryKey: ["record", object.name, record] });
    },
  });
}

type LineProps = { file: FileValue; /** Who attached it, and when. */ by?: ReactNode; address: string; open: () => void; remove: (() => void) | null };

export function Line({ file, by, address, open, remove }: LineProps) {
  const { i18n } = useTranslation();
  const f = useFiles();
  const { name } = file;
  return (
    <li>
      <span className={css.icon}><Icon name={iconOf(file.media_type)} size={16} /></span>
      <div className={css.what}>
        {kindOf(file.media_type) ? (
          <button type="button" className={css.name} title={name} aria-label={f("preview", { name })} onClick={open}>{name}</button>
        ) : (
          <strong className={css.name} title={name}>{name}</strong>
        )}
        <small>{sizeOf(file.bytes, i18n.language)}{by}</small>
      </div>
      <Button size="small" type="text" href={address} download={name} aria-label={f("download", { name })} title={f("download", { name })} icon={<Icon name="download" size={14} />} />
      {remove && <Button size="small" type="text" aria-label={f("remove", { name })} title={f("remove", { name })} icon={<Icon name="trash" size={14} />} onClick={remove} />}
    </li>
  );
}

export function Sending({ upload }: { upload: Upload }) {
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

const holdsFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");

/** Takes files that are dropped; leaving a part within is not leaving. */
export function useDrop(take: ((files: File[]) => void) | null) {
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

/** A button that has files chosen. */
export function Choose({ label, take, name }: { label: string; /** What it is for, where the label does not say. */ name?: string; take: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size="small" type="text" {...(name === undefined ? {} : { "aria-label": name })} icon={<Icon name="plus" size={13} />} onClick={() => input.current?.click()}>{label}</Button>
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
    </>
  );
}
