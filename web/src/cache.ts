import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./api/http";
import { sessionQuery } from "./api/session";

/** The cache of what the server knows. Any answer of 401 ends the session here too. */
export function makeCache(signedOut: () => void): QueryClient {
  const onError = (error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 401) return;
    if (!cache.getQueryData(sessionQuery.queryKey)?.user) return;
    cache.setQueryData(sessionQuery.queryKey, (old) => old && { ...old, user: null });
    signedOut();
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
  return cache;
}
