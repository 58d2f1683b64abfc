// An audit line's detail as one line of text. Pure.

const said = (value: unknown) => (Array.isArray(value) ? value.join(" ") : String(value));

/** `detailOf({name: "客服", rights: ["a", "b"], role: null})` is "name: 客服, rights: a b". */
export function detailOf(detail: unknown): string {
  if (detail === null || detail === undefined) return "";
  if (typeof detail !== "object") return String(detail);
  const known = Object.entries(detail).filter(([, value]) => value !== null && value !== undefined);
  return known.map(([name, value]) => `${name}: ${said(value)}`).join(", ");
}
