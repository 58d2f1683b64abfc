// What the reader chose for this browser: the appearance. (The language is i18next's.)
import { useSyncExternalStore } from "react";

export type Appearance = "system" | "light" | "dark";

const stored = "jingwei.appearance";
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

function show() {
  document.documentElement.dataset.theme = dark() ? "dark" : "light";
  for (const listener of listeners) listener();
}

export function startAppearance() {
  systemDark.addEventListener("change", show);
  show();
}

export function setAppearance(appearance: Appearance) {
  localStorage.setItem(stored, appearance);
  show();
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const useDark = () => useSyncExternalStore(listen, dark);
