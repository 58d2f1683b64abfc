import { queryOptions } from "@tanstack/react-query";
import { http } from "./http";
import type { Health } from "./types";

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: ({ signal }) => http.get<Health>("/healthz", signal),
  refetchInterval: 30_000,
});
