// Files on their way to records: one after another, whether or not anybody looks at the record meanwhile.
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { addAttachment, file_bytes } from "@/api/attachments";
import { ApiError } from "@/api/http";

export type Upload = { key: number; record: string; /** The field into which it goes, if it goes into one. */ field: string | null; name: string; bytes: number; sent: number; begun: boolean; error: unknown };
type Waiting = { key: number; field: string | null; file: File; stop: AbortController };

const too_large = new ApiError(422, { code: "too_large", message: { zh: "文件最大 100 MB", en: "A file has at most 100 MB" }, field: null });

let all: readonly Upload[] = [];
let last = 0;
let line: Promise<void> = Promise.resolve();
const stops = new Map<number, AbortController>();
const listeners = new Set<() => void>();

function set(next: readonly Upload[]) {
  all = next;
  for (const each of listeners) each();
}

const change = (key: number, part: Partial<Upload>) => set(all.map((upload) => (upload.key === key ? { ...upload, ...part } : upload)));

/** Takes an upload out of the list; one that is under way or waits is given up. */
export function cancel(key: number) {
  stops.get(key)?.abort();
  stops.delete(key);
  set(all.filter((upload) => upload.key !== key));
}

async function send(object: string, record: string, { key, field, file, stop }: Waiting, done: () => Promise<void>) {
  if (stop.signal.aborted) return;
  change(key, { begun: true });
  try {
    await addAttachment(object, record, field, file, (sent) => change(key, { sent: Math.min(sent, file.size) }), stop.signal);
    await done();
    cancel(key);
  } catch (error) {
    if (!stop.signal.aborted) change(key, { error });
  }
}

/** Has files attached to a record, or put into a field of it, one after another. */
export function begin(cache: QueryClient, object: string, record: string, files: readonly File[], field: string | null = null) {
  const done = async () => {
    void cache.invalidateQueries({ queryKey: ["records", object] });
    await cache.invalidateQueries({ queryKey: ["record", object, record] });
  };
  for (const file of files) {
    last += 1;
    const waiting: Waiting = { key: last, field, file, stop: new AbortController() };
    stops.set(waiting.key, waiting.stop);
    const error = file.size > file_bytes ? too_large : null;
    set([...all, { key: waiting.key, record, field, name: file.name, bytes: file.size, sent: 0, begun: false, error }]);
    if (error === null) line = line.then(() => send(object, record, waiting, done));
  }
}

const listen = (heard: () => void) => {
  listeners.add(heard);
  return () => void listeners.delete(heard);
};

/** What is on its way to a record or a field of it, or did not get there. */
export const useUploads = (record: string, field: string | null = null) => useSyncExternalStore(listen, () => all).filter((upload) => upload.record === record && upload.field === field);
