import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { http, query } from "./http";
import type { SearchPage } from "./types";

/** Everything that one may see, or one object of it. */
export const searchQuery = (q: string, object: string | null) =>
  queryOptions({
    queryKey: ["search", q, object],
    queryFn: ({ signal }) => http.get<SearchPage>(`/v1/search${query({ q, objects: object, limit: object === null ? 5 : 50 })}`, signal),
    enabled: q !== "",
    placeholderData: keepPreviousData,
    staleTime: 1_000,
  });
