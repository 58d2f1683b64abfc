import type { QueryClient } from "@tanstack/react-query";
import { sessionQuery } from "@/api/session";

/** Forgets all that was fetched and asks who is signed in, when the server answers as to somebody else from now on. */
export async function startAnew(cache: QueryClient) {
  await cache.cancelQueries();
  await cache.fetchQuery({ ...sessionQuery, staleTime: 0 });
  cache.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
}
