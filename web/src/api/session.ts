import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { Session, Setup } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => http.get<Session>("/v1/session", signal),
  staleTime: Infinity,
});

/** Asks anew who is signed in, and what they may do. */
export const askWho = (cache: QueryClient) => cache.fetchQuery({ ...sessionQuery, staleTime: 0 }).catch(() => undefined);

export const addSession = (body: { email: string; password: string }) => http.post<Session>("/v1/session", body);
export const removeSession = () => http.remove<unknown>("/v1/session");
export const setUp = (body: Setup) => http.post<Session>("/v1/setup", body);
export const clearDemo = () => http.post<unknown>("/v1/demo/clear");
