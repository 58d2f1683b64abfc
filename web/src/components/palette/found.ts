import { queryOptions } from "@tanstack/react-query";
import { listCustomers } from "@/api/customers";

export const foundCustomersQuery = (q: string) =>
  queryOptions({
    queryKey: ["found", q],
    queryFn: ({ signal }) => listCustomers({ q }, null, 8, signal),
    enabled: q !== "",
  });
