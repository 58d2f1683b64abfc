import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export type Language = "zh" | "en";

/** A reader needs the words of one language; the other's come when it is chosen. */
const words = {
  zh: () => import("./zh").then(({ zh }) => zh),
  en: () => import("./en").then(({ en }) => en),
};

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

export async function startLanguage() {
  const language = firstLanguage();
  announce(language);
  const translation = await words[language]();
  return i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation } },
    interpolation: { escapeValue: false },
    returnObjects: true,
    initAsync: false,
  });
}

export async function setLanguage(language: Language) {
  i18next.addResourceBundle(language, "translation", await words[language]());
  localStorage.setItem(stored, language);
  announce(language);
  await i18next.changeLanguage(language);
}
