import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { http, query } from "./http";
import type {
  Access,
  Customer,
  CustomerRow,
  Decision,
  DecisionDetail,
  Erasure,
  Original,
  Page,
  Revealed,
  Task,
  TimelineItem,
  WhyNot,
} from "./types";

const customerPath = (id: string) => `/v1/customers/${encodeURIComponent(id)}`;

/** The latest customers, or those found by a text. */
export const listCustomers = (q: string | undefined, limit: number, signal?: AbortSignal) =>
  http.get<Page<CustomerRow>>(`/v1/customers${query({ q, limit })}`, signal);

export const customerQuery = (id: string) =>
  queryOptions({
    queryKey: ["customer", id],
    queryFn: ({ signal }) => http.get<Customer>(customerPath(id), signal),
  });

export const listTimeline = (id: string, kind: string | null, cursor: string | null, signal?: AbortSignal) =>
  http.get<Page<TimelineItem>>(`${customerPath(id)}/timeline${query({ kind, cursor, limit: 50 })}`, signal);

export const timelineKey = (id: string, kind: string | null) => ["timeline", id, kind] as const;

export const timelineQuery = (id: string, kind: string | null) =>
  infiniteQueryOptions({
    queryKey: timelineKey(id, kind),
    queryFn: ({ pageParam, signal }) => listTimeline(id, kind, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const customerDecisionsQuery = (id: string) =>
  queryOptions({
    queryKey: ["customer-decisions", id],
    queryFn: ({ signal }) => http.get<{ items: Decision[] }>(`${customerPath(id)}/decisions`, signal),
  });

export const decisionQuery = (id: string) =>
  queryOptions({
    queryKey: ["decision", id],
    queryFn: ({ signal }) => http.get<DecisionDetail>(`/v1/decisions/${encodeURIComponent(id)}`, signal),
  });

export const whyNotQuery = (id: string, rule: string) =>
  queryOptions({
    queryKey: ["why-not", id, rule],
    queryFn: ({ signal }) => http.get<WhyNot>(`${customerPath(id)}/why-not${query({ rule })}`, signal),
  });

export const accessQuery = (id: string) =>
  queryOptions({
    queryKey: ["access", id],
    queryFn: ({ signal }) => http.get<{ items: Access[] }>(`${customerPath(id)}/access`, signal),
  });

export const reveal = (id: string) => http.post<Revealed>(`${customerPath(id)}/reveal`);

export const openOriginal = (id: string, body: { event: string; index: number }) =>
  http.post<Original>(`${customerPath(id)}/originals`, body);

export const setTaskDone = (id: string, done: boolean) => http.patch<Task>(`/v1/tasks/${encodeURIComponent(id)}`, { done });

export const undoMerge = (id: string) => http.post<unknown>(`/v1/merges/${encodeURIComponent(id)}/undo`);

export const erasureQuery = (id: string) =>
  queryOptions({
    queryKey: ["erasure", id],
    queryFn: ({ signal }) => http.get<Erasure>(`${customerPath(id)}/erasure`, signal),
    gcTime: 0,
  });

/** All of the customer's identities, and what records tell of them. */
export const eraseCustomer = (id: string) => http.post<Erasure>(`${customerPath(id)}/erasure`, {});

export const exportPath = (id: string) => `${customerPath(id)}/export`;
