import { useQuery } from "@tanstack/react-query";
import { type Live, liveKey, liveStart } from "@/api/live";

/** Whether the live stream is open, and how many events it brings. */
export const useLive = () =>
  useQuery<Live>({ queryKey: liveKey, queryFn: () => liveStart, enabled: false, initialData: liveStart }).data;
