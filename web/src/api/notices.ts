import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { http, query } from "./http";
import type { Notice, NoticeChoices, Page } from "./types";

/** The live stream says when there is something new. */
export const noticeCountQuery = queryOptions({
  queryKey: ["notices", "count"],
  queryFn: ({ signal }) => http.get<{ unread: number }>("/v1/notices/count", signal),
});

export const noticesQuery = infiniteQueryOptions({
  queryKey: ["notices", "list"],
  queryFn: ({ pageParam, signal }) => http.get<Page<Notice>>(`/v1/notices${query({ cursor: pageParam })}`, signal),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next,
});

export const readNotices = (id: string | null) => http.post<{ unread: number }>("/v1/notices/read", id === null ? {} : { id });

export const noticeChoicesQuery = queryOptions({
  queryKey: ["notice-choices"],
  queryFn: ({ signal }) => http.get<NoticeChoices>("/v1/notices/choices", signal),
});
export const setNoticeChoices = (body: NoticeChoices) => http.put<NoticeChoices>("/v1/notices/choices", body);
