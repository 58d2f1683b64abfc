// Where one wanted to go, kept while one is away at an identity provider.
const kept = "jingwei.next";

export const keepNext = (next: string | undefined) => sessionStorage.setItem(kept, next ?? "");

export function takeNext(): string | undefined {
  const next = sessionStorage.getItem(kept);
  sessionStorage.removeItem(kept);
  return next || undefined;
}
