import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useState } from "react";

export type List = Pick<UseInfiniteQueryResult, "hasNextPage" | "isFetchingNextPage" | "isFetchNextPageError" | "error" | "fetchNextPage">;

/** The next page of a list. One that failed is fetched again only when asked; the query itself forgets its error with the next commit. */
export function useMore(list: List) {
  const [failed, setFailed] = useState<Error | null>(null);
  const error = failed ?? (list.isFetchNextPageError ? list.error : null);
  const load = () => void list.fetchNextPage().then((now) => setFailed(now.isFetchNextPageError ? now.error : null));
  return { wanted: list.hasNextPage && !list.isFetchingNextPage && error === null, load, error: list.isFetchingNextPage ? null : error };
}
