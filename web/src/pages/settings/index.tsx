import { Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay, useOwns } from "@/components/rights";
import { useDoor } from "@/i18n/door";
import css from "./settings.module.css";

const administered = [
  { place: "objects", right: "objects.write" },
  { place: "people", right: "people.manage" },
  { place: "teams", right: "people.manage" },
  { place: "roles", right: "people.manage" },
  { place: "keys", right: "people.manage" },
  { place: "audit", right: "audit.read" },
] as const;

/** Settings: one's own first, then those of the workspace that one may see. */
export function SettingsPage() {
  const { t } = useTranslation();
  const d = useDoor();
  const may = useMay();
  const owns = useOwns();
  const open = administered.filter(({ right }) => may(right));
  return (
    <div className={css.page}>
      <nav className={css.places} aria-label={t("settings.title")}>
        <h2>{t("settings.own")}</h2>
        <Link to="/settings/account" activeProps={{ "data-active": true }}>{t("settings.account")}</Link>
        {open.length > 0 && <h2>{t("settings.workspace")}</h2>}
        {open.map(({ place }) => (
          <Link key={place} to={`/settings/${place}`} activeProps={{ "data-active": true }}>{t(`settings.${place}`)}</Link>
        ))}
        {owns && <Link to="/settings/sign-in" activeProps={{ "data-active": true }}>{d("sign_in")}</Link>}
        {owns && <Link to="/settings/mail" activeProps={{ "data-active": true }}>{d("mail")}</Link>}
      </nav>
      <div>
        <Outlet />
      </div>
    </div>
  );
}
