import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { setLanguage } from "@/i18n";
import { Icon } from "@/ui/icon";
import { setAppearance, setDense, useDark, useDense } from "@/util/preferences";
import { useLanguage } from "./language";
import css from "./switches.module.css";

export function LanguageSwitch() {
  const { t } = useTranslation();
  const language = useLanguage();
  const shown = language === "zh" ? "EN" : "中";
  return (
    <Button type="text" className={css.square ?? ""} aria-label={`${shown} ${t("top.language")}`} title={t("top.language")} onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>
      {shown}
    </Button>
  );
}

export function DarkSwitch() {
  const { t } = useTranslation();
  const dark = useDark();
  const label = dark ? t("top.light") : t("top.dark");
  return (
    <Button type="text" className={css.square ?? ""} aria-label={label} title={label} icon={<Icon name={dark ? "sun" : "moon"} size={17} />} onClick={() => setAppearance(dark ? "light" : "dark")} />
  );
}

export function DenseSwitch() {
  const { t } = useTranslation();
  const dense = useDense();
  const label = dense ? t("top.roomy") : t("top.dense");
  return <Button type="text" className={css.square ?? ""} aria-label={label} title={label} icon={<Icon name={dense ? "roomy" : "dense"} size={17} />} onClick={() => setDense(!dense)} />;
}
