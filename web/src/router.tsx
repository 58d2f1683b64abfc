// Every address of the interface, and which chunk draws it.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { sessionQuery } from "./api/session";
import type { Right } from "./api/types";
import { Denied, firstPlace, may } from "./components/rights";
import { Broken, Missing } from "./layouts/errors";
import { Shell } from "./layouts/shell";
import { searchIn } from "./pages/records/address";

const word = (value: unknown): string | undefined => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
};

type Context = { cache: QueryClient };

const root = createRootRouteWithContext<Context>()({ notFoundComponent: Missing, errorComponent: Broken });

/** A place that only those who have a right may see. */
const needs =
  (right: Right) =>
  async ({ context }: { context: Context }) => {
    if (!may(await context.cache.ensureQueryData(sessionQuery), right)) throw new Denied(right);
  };

/** A place for owners. */
const ownersOnly = async ({ context }: { context: Context }) => {
  const session = await context.cache.ensureQueryData(sessionQuery);
  if (!session.user?.owner) throw new Denied("owner");
};

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  validateSearch: (search): { token?: string | undefined } => ({ token: word(search.token) }),
  component: lazyRouteComponent(() => import("./pages/setup"), "SetupPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search): { next?: string | undefined } => ({ next: word(search.next) }),
  component: lazyRouteComponent(() => import("./pages/sign-in"), "SignInPage"),
});

const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  validateSearch: (search): { token?: string | undefined } => ({ token: word(search.token) }),
  component: lazyRouteComponent(() => import("./pages/join"), "JoinPage"),
});

const callback = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/callback",
  component: lazyRouteComponent(() => import("./pages/sign-in/callback"), "CallbackPage"),
});

const secondFactor = createRoute({
  getParentRoute: () => root,
  path: "/second-factor",
  component: lazyRouteComponent(() => import("./pages/second-factor"), "SecondFactorPage"),
});

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await context.cache.ensureQueryData(sessionQuery);
    if (session.setup_needed) throw redirect({ to: "/setup", search: {} });
    if (session.user === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
    if (session.user.second_factor_wanted) throw redirect({ to: "/second-factor" });
  },
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: async ({ context }) => {
    throw redirect({ to: firstPlace(await context.cache.ensureQueryData(sessionQuery)), search: {} });
  },
});

/** Customers are records like others; here those of a tag are found too. */
const customers = createRoute({
  getParentRoute: () => shell,
  path: "/customers",
  validateSearch: (search): { tag?: string | undefined } => ({ tag: word(search.tag) }),
  beforeLoad: async ({ context, search: { tag } }) => {
    await needs("customers.read")({ context });
    const filter = tag && JSON.stringify({ all: [{ is: { field: "tags", op: "equal", value: tag } }] });
    throw redirect({ to: "/o/$object", params: { object: "customer" }, search: { filter } });
  },
});

type CustomerSearch = { kind?: string | undefined; why?: string | undefined; rule?: string | undefined };

const customer = createRoute({
  getParentRoute: () => shell,
  path: "/customers/$id",
  beforeLoad: needs("customers.read"),
  validateSearch: (search): CustomerSearch => ({ kind: word(search.kind), why: word(search.why), rule: word(search.rule) }),
  component: lazyRouteComponent(() => import("./pages/customers/customer"), "CustomerPage"),
});

const rules = createRoute({
  getParentRoute: () => shell,
  path: "/rules",
  beforeLoad: needs("rules.read"),
  component: lazyRouteComponent(() => import("./pages/rules"), "RulesPage"),
});

const newRule = createRoute({
  getParentRoute: () => shell,
  path: "/rules/new",
  beforeLoad: needs("rules.write"),
  validateSearch: (search): { sentence?: string | undefined } => ({ sentence: word(search.sentence) }),
  component: lazyRouteComponent(() => import("./pages/rules/new"), "NewRulePage"),
});

const rule = createRoute({
  getParentRoute: () => shell,
  path: "/rules/$id",
  beforeLoad: needs("rules.read"),
  validateSearch: (search): { why?: string | undefined } => ({ why: word(search.why) }),
  component: lazyRouteComponent(() => import("./pages/rules/rule"), "RulePage"),
});

const editRule = createRoute({
  getParentRoute: () => shell,
  path: "/rules/$id/edit",
  beforeLoad: needs("rules.write"),
  validateSearch: (search): { sentence?: string | undefined } => ({ sentence: word(search.sentence) }),
  component: lazyRouteComponent(() => import("./pages/rules/edit"), "EditRulePage"),
});

const events = createRoute({
  getParentRoute: () => shell,
  path: "/events",
  beforeLoad: needs("events.read"),
  component: lazyRouteComponent(() => import("./pages/events"), "EventsPage"),
});

const records = createRoute({
  getParentRoute: () => shell,
  path: "/o/$object",
  validateSearch: searchIn,
  component: lazyRouteComponent(() => import("./pages/records"), "RecordsPage"),
});

const record = createRoute({
  getParentRoute: () => shell,
  path: "/o/$object/$id",
  validateSearch: (search): { why?: string | undefined } => ({ why: word(search.why) }),
  component: lazyRouteComponent(() => import("./pages/records/page"), "RecordPage"),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: "/settings",
  component: lazyRouteComponent(() => import("./pages/settings"), "SettingsPage"),
});

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/settings/account" });
  },
});

const account = createRoute({
  getParentRoute: () => settings,
  path: "/account",
  component: lazyRouteComponent(() => import("./pages/settings/account"), "AccountPage"),
});

const objects = createRoute({
  getParentRoute: () => settings,
  path: "/objects",
  beforeLoad: needs("objects.write"),
  component: lazyRouteComponent(() => import("./pages/settings/objects"), "ObjectsPage"),
});

const object = createRoute({
  getParentRoute: () => settings,
  path: "/objects/$object",
  beforeLoad: needs("objects.write"),
  component: lazyRouteComponent(() => import("./pages/settings/objects/object"), "ObjectPage"),
});

const people = createRoute({
  getParentRoute: () => settings,
  path: "/people",
  beforeLoad: needs("people.manage"),
  component: lazyRouteComponent(() => import("./pages/settings/people"), "PeoplePage"),
});

const teams = createRoute({
  getParentRoute: () => settings,
  path: "/teams",
  beforeLoad: needs("people.manage"),
  component: lazyRouteComponent(() => import("./pages/settings/teams"), "TeamsPage"),
});

const roles = createRoute({
  getParentRoute: () => settings,
  path: "/roles",
  beforeLoad: needs("people.manage"),
  component: lazyRouteComponent(() => import("./pages/settings/roles"), "RolesPage"),
});

const keys = createRoute({
  getParentRoute: () => settings,
  path: "/keys",
  beforeLoad: needs("people.manage"),
  component: lazyRouteComponent(() => import("./pages/settings/keys"), "KeysPage"),
});

const mail = createRoute({
  getParentRoute: () => settings,
  path: "/mail",
  beforeLoad: ownersOnly,
  component: lazyRouteComponent(() => import("./pages/settings/mail"), "MailPage"),
});

const signInSettings = createRoute({
  getParentRoute: () => settings,
  path: "/sign-in",
  beforeLoad: ownersOnly,
  component: lazyRouteComponent(() => import("./pages/settings/sign-in"), "SignInSettingsPage"),
});

const audit = createRoute({
  getParentRoute: () => settings,
  path: "/audit",
  beforeLoad: needs("audit.read"),
  validateSearch: (search): { actor?: string | undefined } => ({ actor: word(search.actor) }),
  component: lazyRouteComponent(() => import("./pages/settings/audit"), "AuditPage"),
});

const inside = [home, customers, customer, rules, newRule, rule, editRule, events, records, record, settings.addChildren([settingsHome, account, objects, object, people, teams, roles, keys, signInSettings, mail, audit])];
const routes = root.addChildren([setup, signIn, callback, join, secondFactor, shell.addChildren(inside)]);

export const makeRouter = (cache: QueryClient) =>
  createRouter({ routeTree: routes, context: { cache }, defaultPreload: "intent", defaultPendingMs: 300, defaultErrorComponent: Broken, scrollRestoration: true, scrollToTopSelectors: ["#content"] });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
