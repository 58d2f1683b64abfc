import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "@/api/session";

/** The company: its currency and zone. */
export function useCompany() {
  const company = useQuery({ ...sessionQuery, enabled: false }).data?.company;
  return { currency: company?.currency ?? "CNY", zone: company?.zone ?? "UTC" };
}
