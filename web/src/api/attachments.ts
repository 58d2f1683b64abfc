import { queryOptions } from "@tanstack/react-query";
import { ApiError, http, problemOfText, unreachable } from "./http";
import type { Attachment, Attachments, Changed } from "./types";

const at = (object: string, record: string, ...parts: string[]) => ["/v1/objects", ...[object, "records", record, "attachments", ...parts].map(encodeURIComponent)].join("/");

/** The most bytes of a file. */
export const file_bytes = 100 * 1024 * 1024;

export const attachmentsQuery = (object: string, record: string) =>
  queryOptions({
    queryKey: ["record", object, record, "attachments"],
    queryFn: ({ signal }) => http.get<Attachments>(at(object, record), signal),
  });

/** Where a file is had; each time it is, that is noted. */
export const attachmentAddress = (object: string, record: string, id: string) => at(object, record, id);
export const removeAttachment = (object: string, record: string, id: string) => http.remove<Changed>(at(object, record, id));
export const restoreAttachment = (object: string, record: string, id: string) => http.post<Changed>(at(object, record, id, "restore"));
export const attachmentBytes = (object: string, record: string, id: string, signal: AbortSignal) => http.blob(at(object, record, id), signal);

/** Sends a file, to a field or to the record alone; `sent` hears how many of its bytes are gone. */
export function addAttachment(object: string, record: string, field: string | null, file: File, sent: (bytes: number) => void, signal: AbortSignal): Promise<Attachment> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", field === null ? at(object, record) : `${at(object, record)}?field=${encodeURIComponent(field)}`);
    request.setRequestHeader("x-jingwei", "1");
    request.setRequestHeader("x-file-name", encodeURIComponent(file.name));
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded }) => sent(loaded));
    request.addEventListener("load", () => {
      if (request.status === 200) resolve(JSON.parse(request.responseText) as Attachment);
      else reject(new ApiError(request.status, problemOfText(request.status, request.responseText)));
    });
    request.addEventListener("error", () => reject(new ApiError(0, unreachable)));
    request.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    if (signal.aborted) reject(new DOMException("cancelled", "AbortError"));
    else request.send(file);
  });
}
