import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { http, query } from "./http";
import type { Comment, Member, RecordTimeline, TimelineSort } from "./types";

const at = (object: string, id: string, part: string) => `/v1/objects/${encodeURIComponent(object)}/records/${encodeURIComponent(id)}/${part}`;
const comment = (id: string) => `/v1/comments/${encodeURIComponent(id)}`;

/** All that happened around a record; of one sort only, where that is asked. */
export const timelineQuery = (object: string, id: string, sort: TimelineSort | null) =>
  infiniteQueryOptions({
    queryKey: ["record", object, id, "timeline", sort],
    queryFn: ({ pageParam, signal }) => http.get<RecordTimeline>(`${at(object, id, "timeline")}${query({ cursor: pageParam, sorts: sort })}`, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const addComment = (object: string, id: string, text: string) => http.post<Comment>(at(object, id, "comments"), { text });
export const changeComment = (id: string, text: string) => http.patch<Comment>(comment(id), { text });
export const removeComment = (id: string) => http.remove<unknown>(comment(id));

/** Those who may see a record and so can be mentioned on it. */
export const readersQuery = (object: string, id: string, q: string) =>
  queryOptions({
    queryKey: ["record", object, id, "readers", q],
    queryFn: ({ signal }) => http.get<{ items: Member[] }>(`${at(object, id, "readers")}${query({ q })}`, signal),
    staleTime: 60_000,
  });

export type Following = { following: boolean };
export const followingQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ["record", object, id, "following"],
    queryFn: ({ signal }) => http.get<Following>(at(object, id, "following"), signal),
  });
export const setFollowing = (object: string, id: string, following: boolean) => http.put<Following>(at(object, id, "following"), { following });
