import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Navigate, Outlet, useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { healthQuery } from "@/api/health";
import { openLive } from "@/api/live";
import { objectsQuery } from "@/api/objects";
import type { ObjectType } from "@/api/types";
import { useLabel } from "@/components/language";
import { sessionQuery } from "@/api/session";
import { useMay } from "@/components/rights";
import { ScrollContext } from "@/components/scroll";
import { Icon, iconNamed } from "@/ui/icon";
import { Mark } from "@/ui/mark";
import { DemoBanner } from "./demo-banner";
import { SeenBanner } from "./seen-banner";
import css from "./shell.module.css";
import { TopBar } from "./top-bar";

const AtHand = lazy(() => import("./at-hand").then(({ AtHand: component }) => ({ default: component })));
const loadPalette = () => import("@/components/palette");
const Palette = lazy(() => loadPalette().then(({ Palette: component }) => ({ default: component })));
/** Once the page is there the palette is fetched, so that it opens at once. */
const palette_after_ms = 1_500;

const places = [
  { place: "rules", right: "rules.read" },
  { place: "events", right: "events.read" },
] as const;

function RailFoot() {
  const { t } = useTranslation();
  const health = useQuery(healthQuery).data;
  if (!health) return null;
  const up = health.vault === "up";
  return (
    <p className={css.foot} data-up={up}>
      <i aria-hidden="true" />
      {up ? t("rail.vault_up") : t("rail.vault_down")}
      <small>{health.version}</small>
    </p>
  );
}

type PlaceProps = { place: "rules" | "events" | "settings" };

function Place({ place }: PlaceProps) {
  const { t } = useTranslation();
  const name = t(`nav.${place}`);
  return (
    <li>
      <Link to={`/${place}`} className={css.place} aria-label={name} title={name} activeProps={{ "data-active": true }}>
        <Icon name={place} size={18} />
        <span>{name}</span>
      </Link>
    </li>
  );
}

/** An object in the menu; of customers also where one of them is open. */
function ObjectPlace({ object }: { object: ObjectType }) {
  const label = useLabel();
  const isOpen = useLocation({ select: ({ pathname }) => object.name === "customer" && pathname.startsWith("/customers/") });
  return (
    <li>
      <Link to="/o/$object" params={{ object: object.name }} search={{}} className={css.place} aria-label={label(object.plural)} title={label(object.plural)} data-active={isOpen || undefined} activeProps={{ "data-active": true }}>
        <Icon name={iconNamed(object.icon)} size={18} />
        <span>{label(object.plural)}</span>
      </Link>
    </li>
  );
}

/** The objects whose records one may see, customers first. */
function Objects() {
  const objects = useQuery(objectsQuery).data?.items ?? [];
  return objects
    .filter((object) => !object.archived && object.rights.read !== "none")
    .toSorted((a, b) => Number(b.name === "customer") - Number(a.name === "customer"))
    .map((object) => <ObjectPlace key={object.name} object={object} />);
}

function Rail() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <nav className={css.rail} aria-label={t("nav.label")}>
      <Link to="/" className={css.brand} aria-label={t("brand")}>
        <Mark size={24} />
        <span className={css.brand_zh}>经纬</span>
        <span className={css.brand_en}>Jingwei</span>
      </Link>
      <ul className={css.places}>
        <Objects />
        {places.filter(({ right }) => may(right)).map(({ place }) => (
          <Place key={place} place={place} />
        ))}
        <Place place="settings" />
      </ul>
      <Suspense fallback={null}>
        <AtHand />
      </Suspense>
      <RailFoot />
    </nav>
  );
}

function usePaletteKey(open: () => void) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      open();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [open]);
}

/** What is round every page once signed in. */
export function Shell() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const scroll = useRef<HTMLElement>(null);
  const [searching, setSearching] = useState(false);
  const [openPalette] = useState(() => () => setSearching(true));
  usePaletteKey(openPalette);
  useEffect(() => openLive(cache), [cache]);
  useEffect(() => {
    const timer = window.setTimeout(() => void loadPalette().catch(() => undefined), palette_after_ms);
    return () => window.clearTimeout(timer);
  }, []);
  // An owner may ask for a second factor at any moment.
  const wanted = useQuery({ ...sessionQuery, enabled: false }).data?.user?.second_factor_wanted;
  if (wanted) return <Navigate to="/second-factor" />;

  return (
    <ScrollContext value={scroll}>
      <a className={css.skip} href="#content">
        {t("nav.skip")}
      </a>
      <div className={css.shell}>
        <Rail />
        <div className={css.main}>
          <TopBar openPalette={openPalette} />
          <SeenBanner />
          <DemoBanner />
          <main id="content" data-scroll-restoration-id="content" ref={scroll} className={css.content} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      {searching && (
        <Suspense fallback={null}>
          <Palette close={() => setSearching(false)} />
        </Suspense>
      )}
    </ScrollContext>
  );
}
