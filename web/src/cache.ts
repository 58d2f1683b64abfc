import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api/http";
import { askWho, sessionQuery } from "./api/session";

/** The cache of what the server knows. Whoever was signed in and is no longer is so here too; after an answer of 403 it is asked what one may do now, with fields, too. */
export function makeCache(signedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (!(error instanceof ApiError)) return;
    if (error.status !== 401 && !["forbidden", "second_factor_wanted"].includes(error.code)) return;
    void askWho(cache);
    if (error.code === "forbidden") void cache.invalidateQueries({ queryKey: ["objects"] });
  };
  const cache = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
      },
    },
  });
  let someone = false;
  cache.getQueryCache().subscribe(({ query, type }) => {
    if (type !== "updated" || query.queryKey[0] !== sessionQuery.queryKey[0]) return;
    const before = someone;
    someone = (cache.getQueryData(sessionQuery.queryKey)?.user ?? null) !== null;
    if (before && !someone) signedOut();
  });
  return cache;
}
