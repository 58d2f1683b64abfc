/** A place of ours to go to: what `next` names, if it is one, else the start. */
export function inside(next: string | undefined): string {
  if (next === undefined) return "/";
  const origin = "https://inside.invalid";
  const url = URL.canParse(next, origin) ? new URL(next, origin) : undefined;
  return next.startsWith("/") && url?.origin === origin ? `${url.pathname}${url.search}${url.hash}` : "/";
}
