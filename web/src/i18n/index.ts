import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { zh } from "./zh";

export type Language = "zh" | "en";

const stored = "jingwei.language";

function firstLanguage(): Language {
  const kept = localStorage.getItem(stored);
  if (kept === "zh" || kept === "en") return kept;
  const known = navigator.languages.find((tag) => /^(zh|en)\b/i.test(tag));
  return known !== undefined && /^en/i.test(known) ? "en" : "zh";
}

function announce(language: Language) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

export function startLanguage() {
  const language = firstLanguage();
  announce(language);
  return i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
    returnObjects: true,
    initAsync: false,
  });
}

export function setLanguage(language: Language) {
  localStorage.setItem(stored, language);
  announce(language);
  void i18next.changeLanguage(language);
}
