import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Dropdown } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import { useMay } from "@/components/rights";
import { useSignOut } from "@/components/sign-out";
import { DarkSwitch, DenseSwitch, LanguageSwitch } from "@/components/switches";
import { Icon } from "@/ui/icon";
import { Avatar, Kbd } from "@/ui/parts";
import { setDense, useDense, usePhone } from "@/util/preferences";
import { LiveIndicator } from "./live-indicator";
import css from "./top-bar.module.css";

const Bell = lazy(() => import("@/components/notices/bell").then(({ Bell: component }) => ({ default: component })));
const modifier = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";

function UserMenu() {
  const { t } = useTranslation();
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user;
  const signOut = useSignOut();
  const navigate = useNavigate();
  const [phone, dense] = [usePhone(), useDense()];
  const items = [
    { key: "who", disabled: true, label: <span className={css.who}>{user?.name}<small>{user?.email}</small></span> },
    { type: "divider" as const },
    { key: "account", label: t("top.settings"), onClick: () => void navigate({ to: "/settings/account" }) },
    ...(phone ? [{ key: "density", label: t(dense ? "top.roomy" : "top.dense"), onClick: () => setDense(!dense) }] : []), // there is no room for it in the bar
    { key: "out", label: t("top.sign_out"), onClick: () => signOut.mutate() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
      <button type="button" className={css.user} aria-label={t("top.account")}>
        <Avatar name={user?.name ?? null} size={28} />
      </button>
    </Dropdown>
  );
}

export function TopBar({ openPalette }: { openPalette: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const phone = usePhone();
  const company = useQuery({ ...sessionQuery, enabled: false }).data?.company;
  return (
    <header className={css.bar}>
      <span className={css.company}>{company?.name}</span>
      <button type="button" className={css.search} onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
        <Icon name="search" size={15} />
        <span className={css.search_text}>{t("top.palette")}</span>
        <span className={css.keys} aria-hidden="true">
          <Kbd>{modifier}</Kbd> <Kbd>K</Kbd>
        </span>
      </button>
      <div className={css.tools}>
        {may("customers.read") && <LiveIndicator />}
        <Suspense fallback={null}>
          <Bell />
        </Suspense>
        <LanguageSwitch />
        {!phone && <DenseSwitch />}
        <DarkSwitch />
        <UserMenu />
      </div>
    </header>
  );
}
