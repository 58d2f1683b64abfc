import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type CustomerFilter, customersQuery, listCustomers } from "@/api/customers";
import { onCommit } from "@/api/live";
import { useScroll } from "@/components/scroll";

const gap_ms = 1_500;

export const rowsId = "customer-rows";

/** While the reader is at the top and not about to pick a row, brings the first page up to date as events arrive; the others are fetched again when they are wanted. */
export function useLiveTop({ q, tag }: CustomerFilter) {
  const cache = useQueryClient();
  const scroll = useScroll();
  useEffect(() => {
    const key = customersQuery({ q, tag }).queryKey;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const fetchTop = async () => {
      timer = null;
      const inUse = document.getElementById(rowsId)?.matches(":hover, :focus-within");
      if (inUse || (scroll.current?.scrollTop ?? 0) > 40) return;
      const top = await listCustomers({ q, tag }, null, 100).catch(() => null);
      if (top) cache.setQueryData(key, (old) => old && { pages: [top], pageParams: [null] });
    };
    const stop = onCommit(() => {
      timer ??= setTimeout(() => void fetchTop(), gap_ms);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [cache, scroll, q, tag]);
}
