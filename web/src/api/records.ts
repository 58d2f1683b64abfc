import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { http, query } from "./http";
import type { Board, BulkAct, Cell, Changed, Groups, GroupsRequest, Job, ListRequest, RecordDetail, RecordPage, Share, SimilarRecord, Values, View, ViewDraft, WhySeen } from "./types";

const at = (object: string, ...parts: string[]) => ["/v1/objects", object, ...parts].map((part, place) => (place === 0 ? part : encodeURIComponent(part))).join("/");

export const listRecords = (object: string, request: ListRequest, signal?: AbortSignal) => http.post<RecordPage>(at(object, "list"), request, signal);

/** A page to begin with, and each that follows as one scrolls on: as many as a request may ask for. */
const first_rows = 100;
const more_rows = 200;

export const recordsQuery = (object: string, request: ListRequest) =>
  infiniteQueryOptions({
    queryKey: ["records", object, request],
    queryFn: ({ pageParam, signal }) => listRecords(object, { ...request, cursor: pageParam, limit: pageParam === null ? first_rows : more_rows }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const countQuery = (object: string, request: ListRequest) =>
  queryOptions({
    queryKey: ["records", object, request, "count"],
    queryFn: ({ signal }) => http.post<{ count: number }>(at(object, "count"), request, signal),
  });

export const boardQuery = (object: string, request: { list: ListRequest; by: string; sum: string | null }) =>
  queryOptions({
    queryKey: ["records", object, "board", request],
    queryFn: ({ signal }) => http.post<Board>(at(object, "board"), request, signal),
  });

export const groupsQuery = (object: string, request: GroupsRequest) =>
  queryOptions({
    queryKey: ["records", object, "groups", request],
    queryFn: ({ signal }) => http.post<Groups>(at(object, "groups"), request, signal),
  });

/** Records with the same name, phone or e-mail address as one that is being made. */
export const similarQuery = (object: string, values: Values) =>
  queryOptions({
    queryKey: ["records", object, "similar", values],
    queryFn: ({ signal }) => http.post<{ items: SimilarRecord[] }>(at(object, "similar"), { values }, signal),
  });

export const viewsQuery = (object: string) =>
  queryOptions({
    queryKey: ["views", object],
    queryFn: ({ signal }) => http.get<{ items: View[] }>(at(object, "views"), signal),
  });
export const addView = (object: string, body: ViewDraft) => http.post<View>(at(object, "views"), body);
export const changeView = (object: string, id: string, body: ViewDraft) => http.put<View>(at(object, "views", id), body);
export const removeView = (object: string, id: string) => http.remove<unknown>(at(object, "views", id));

export const recordQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ["record", object, id],
    queryFn: ({ signal }) => http.get<RecordDetail>(at(object, "records", id), signal),
  });

export const whySeenQuery = (object: string, id: string, person: string) =>
  queryOptions({
    queryKey: ["record", object, id, "why", person],
    queryFn: ({ signal }) => http.get<WhySeen>(`${at(object, "records", id, "why")}${query({ person })}`, signal),
  });

export const sharesQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ["record", object, id, "shares"],
    queryFn: ({ signal }) => http.get<{ items: Share[] }>(at(object, "records", id, "shares"), signal),
  });
export const shareRecord = (object: string, id: string, body: { with: string; writes: boolean }) => http.put<{ items: Share[] }>(at(object, "records", id, "shares"), body);
export const unshareRecord = (object: string, id: string, from: string) => http.remove<{ items: Share[] }>(at(object, "records", id, "shares", from));

/** One masked value in full; that it was seen is noted. */
export const revealValue = (object: string, id: string, field: string) => http.post<{ value: Cell }>(at(object, "records", id, "reveal"), { field });

export const beginBulk = (object: string, body: { list: ListRequest; act: BulkAct; values?: Values }) => http.post<Job>(at(object, "bulk"), body);
/** Where a list is had as a table. */
export const recordsTable = (object: string, request: { list: ListRequest; fields?: string[]; english: boolean }) => `${at(object, "export")}?request=${encodeURIComponent(JSON.stringify(request))}`;
export const undoBatch = (batch: string) => http.post<Job>(`/v1/batches/${encodeURIComponent(batch)}/undo`);
export const stopJob = (id: string) => http.remove<Job>(`/v1/jobs/${encodeURIComponent(id)}`);
export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: ({ signal }) => http.get<Job>(`/v1/jobs/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state }) => (state.data?.ended ? false : 400),
  });

export const addRecord = (object: string, values: Values) => http.post<RecordDetail>(at(object, "records"), { values });
export const changeRecord = (object: string, id: string, values: Values) => http.patch<Changed>(at(object, "records", id), { values });
export const trashRecord = (object: string, id: string) => http.remove<Changed>(at(object, "records", id));
export const restoreRecord = (object: string, id: string) => http.post<Changed>(at(object, "records", id, "restore"));
export const undoChange = (change: string, force = false) => http.post<Changed>(`/v1/changes/${encodeURIComponent(change)}/undo`, { force });
