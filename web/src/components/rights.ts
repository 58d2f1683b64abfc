// What the reader may do. The server decides; this only spares them buttons that would be refused.
import { useQuery } from "@tanstack/react-query";
import { sessionQuery } from "@/api/session";
import type { Right, Session } from "@/api/types";

export const may = (session: Session | undefined, right: Right) => session?.user?.rights.includes(right) ?? false;

export function useMay(): (right: Right) => boolean {
  const session = useQuery({ ...sessionQuery, enabled: false }).data;
  return (right) => may(session, right);
}

/** Whether the reader is an owner. */
export const useOwns = () => useQuery({ ...sessionQuery, enabled: false }).data?.user?.owner ?? false;

/** A page that the reader has no right to see. */
export class Denied extends Error {
  readonly right: Right | "owner";

  constructor(right: Right | "owner") {
    super(right);
    this.name = "Denied";
    this.right = right;
  }
}

/** Where one who has signed in begins: the first place that they may see. */
export function firstPlace(session: Session): "/customers" | "/rules" | "/events" | "/settings/account" {
  if (may(session, "customers.read")) return "/customers";
  if (may(session, "rules.read")) return "/rules";
  return may(session, "events.read") ? "/events" : "/settings/account";
}
