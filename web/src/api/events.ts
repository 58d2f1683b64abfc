import { queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { EventsSummary, Kind, NewSource, TimelineItem } from "./types";

export const recentLimit = 50;

export const eventsSummaryQuery = queryOptions({
  queryKey: ["events", "summary"],
  queryFn: ({ signal }) => http.get<EventsSummary>("/v1/events/summary", signal),
  refetchInterval: 2_000,
});

export const recentEventsQuery = queryOptions({
  queryKey: ["events", "recent"],
  queryFn: ({ signal }) => http.get<{ items: TimelineItem[] }>(`/v1/events/recent?limit=${recentLimit}`, signal),
});

export const kindsQuery = queryOptions({
  queryKey: ["kinds"],
  queryFn: ({ signal }) => http.get<{ items: Kind[] }>("/v1/kinds", signal),
});

export const addSource = (name: string) => http.post<NewSource>("/v1/sources", { name });
export const renewSourceKey = (id: string) =>
  http.post<{ key: string }>(`/v1/sources/${encodeURIComponent(id)}/key`);
