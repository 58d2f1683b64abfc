// What the reader chose for this browser: the appearance, and how dense it is. (The language is i18next's.)
import { useSyncExternalStore } from "react";

export type Appearance = "system" | "light" | "dark";

const stored = "jingwei.appearance";
const stored_density = "jingwei.density";
const phone = window.matchMedia("(max-width: 640px)");
const listeners = new Set<() => void>();
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

function kept(): Appearance {
  const value = localStorage.getItem(stored);
  return value === "light" || value === "dark" ? value : "system";
}

function dark(): boolean {
  const appearance = kept();
  return appearance === "dark" || (appearance === "system" && systemDark.matches);
}

const dense = () => localStorage.getItem(stored_density) === "dense";

function show() {
  document.documentElement.dataset.theme = dark() ? "dark" : "light";
  document.documentElement.dataset.density = dense() ? "dense" : "roomy";
  for (const listener of listeners) listener();
}

export function startAppearance() {
  systemDark.addEventListener("change", show);
  phone.addEventListener("change", show);
  show();
}

export function setAppearance(appearance: Appearance) {
  localStorage.setItem(stored, appearance);
  show();
}

export function setDense(wanted: boolean) {
  localStorage.setItem(stored_density, wanted ? "dense" : "roomy");
  show();
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useDark = () => useSyncExternalStore(listen, dark);

/** Whether more is to be seen at once, with less room between. */
export const useDense = () => useSyncExternalStore(listen, dense);

/** Whether there is room for one thing at a time only. */
export const usePhone = () => useSyncExternalStore(listen, () => phone.matches);
