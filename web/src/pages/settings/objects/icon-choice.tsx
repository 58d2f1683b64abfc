import { useTranslation } from "react-i18next";
import { Icon, iconNamed, offered } from "@/ui/icon";
import css from "./objects.module.css";

export function IconChoice({ icon, change }: { icon: string; change: (icon: string) => void }) {
  const { t } = useTranslation();
  return (
    <div className={css.icons} role="radiogroup" aria-label={t("objects.icon")}>
      {offered.map((name) => (
        <button key={name} type="button" role="radio" aria-checked={iconNamed(icon) === name} aria-label={name} onClick={() => change(name)}>
          <Icon name={name} size={18} />
        </button>
      ))}
    </div>
  );
}
