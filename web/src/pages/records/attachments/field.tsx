import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { attachmentAddress } from "@/api/attachments";
import type { Cell, Field, FileValue, ObjectType, RecordRow } from "@/api/types";
import { isWritable } from "@/components/fields";
import { useLabel } from "@/components/language";
import { filesOf } from "@/forms/value";
import { useFiles } from "@/i18n/files";
import css from "./attachments.module.css";
import { Choose, Line, Sending, useDrop, useSetRemoved } from "./parts";
import { Preview } from "./preview";
import { begin, useUploads } from "./uploads";

/** The files in a field of a record; each is put in and taken out at once. */
export function FileField({ object, field, row, value }: { object: ObjectType; field: Field; row: RecordRow; value: Cell }) {
  const f = useFiles();
  const name = useLabel()(field.label);
  const cache = useQueryClient();
  const uploads = useUploads(row.id, field.name);
  const setRemoved = useSetRemoved(object, row.id);
  const [shown, setShown] = useState<FileValue | null>(null);
  const writable = row.writable && isWritable(field);
  const take = (files: readonly File[]) => begin(cache, object.name, row.id, files, field.name);
  const { over, drop } = useDrop(writable ? take : null);
  const files = filesOf(value);
  return (
    <div className={`${css.field} ${css.beside}`} role="group" aria-label={name} data-over={over} {...drop}>
      {(files.length > 0 || uploads.length > 0) && (
        <ul aria-label={name}>
          {files.map((file) => (
            <Line key={file.id} file={file} address={attachmentAddress(object.name, row.id, file.id)} open={() => setShown(file)} remove={writable ? () => setRemoved.mutate({ file, removed: true }) : null} />
          ))}
          {uploads.map((upload) => <Sending key={upload.key} upload={upload} />)}
        </ul>
      )}
      {writable && <Choose label={f("choose")} name={f("choose_into", { name })} take={take} />}
      {over && <p className={css.over} role="status">{f("drop_into", { name })}</p>}
      {shown && <Preview object={object.name} record={row.id} file={shown} close={() => setShown(null)} />}
    </div>
  );
}
