// Kinds of event fall into a few families; each has one icon and one colour.
export const families = ["trade", "visit", "talk", "service", "sales", "device", "profile", "other"] as const;
export type Family = (typeof families)[number];

const prefixes: Record<string, Family> = {
  order: "trade",
  cart: "trade",
  coupon: "trade",
  payment: "trade",
  page: "visit",
  store: "visit",
  form: "visit",
  wifi: "visit",
  message: "talk",
  email: "talk",
  document: "talk",
  note: "talk",
  post: "talk",
  call: "talk",
  complaint: "service",
  ticket: "service",
  survey: "service",
  deal: "sales",
  device: "device",
  customer: "profile",
  record: "profile",
  consent: "profile",
  account: "profile",
  task: "service",
};

const own_icons = ["call", "email", "complaint", "survey", "cart", "note", "consent"] as const;
export type KindIconName = Family | (typeof own_icons)[number] | "web";

/** The icon of a kind: its own where it has one, else its family's. */
export function iconOf(kind: string): KindIconName {
  const prefix = kind.split(".")[0] ?? "";
  if (prefix === "page" || prefix === "form") return "web";
  return own_icons.find((name) => name === prefix) ?? familyOf(kind);
}

/** `familyOf("order.placed")` is "trade". */
export function familyOf(kind: string): Family {
  return prefixes[kind.split(".")[0] ?? ""] ?? "other";
}
