// Remembering what is opened, for the palette.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { sessionQuery } from "@/api/session";
import { type Opened, recent, remember } from "@/util/recent";

const useMe = () => useQuery({ ...sessionQuery, enabled: false }).data?.user?.id;

/** Remembers that something is open, once it is there. */
export function useRemembered({ object, id }: Opened, isThere: boolean) {
  const me = useMe();
  useEffect(() => {
    if (me !== undefined && isThere) remember(me, { object, id });
  }, [me, object, id, isThere]);
}

export function useRecent(): Opened[] {
  const me = useMe();
  return me === undefined ? [] : recent(me);
}
