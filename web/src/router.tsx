// Every address of the interface, and which chunk draws it.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { sessionQuery } from "./api/session";
import { Broken, Missing } from "./layouts/errors";
import { Shell } from "./layouts/shell";

const word = (value: unknown): string | undefined => {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
};

type Context = { cache: QueryClient };

const root = createRootRouteWithContext<Context>()({ notFoundComponent: Missing, errorComponent: Broken });

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

const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await context.cache.ensureQueryData(sessionQuery);
    if (session.setup_needed) throw redirect({ to: "/setup", search: {} });
    if (session.user === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
});

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/customers", search: {} });
  },
});

const customers = createRoute({
  getParentRoute: () => shell,
  path: "/customers",
  validateSearch: (search): { q?: string | undefined; tag?: string | undefined } => ({ q: word(search.q), tag: word(search.tag) }),
  component: lazyRouteComponent(() => import("./pages/customers"), "CustomersPage"),
});

type CustomerSearch = { kind?: string | undefined; why?: string | undefined; rule?: string | undefined };

const customer = createRoute({
  getParentRoute: () => shell,
  path: "/customers/$id",
  validateSearch: (search): CustomerSearch => ({ kind: word(search.kind), why: word(search.why), rule: word(search.rule) }),
  component: lazyRouteComponent(() => import("./pages/customers/customer"), "CustomerPage"),
});

const rules = createRoute({
  getParentRoute: () => shell,
  path: "/rules",
  component: lazyRouteComponent(() => import("./pages/rules"), "RulesPage"),
});

const newRule = createRoute({
  getParentRoute: () => shell,
  path: "/rules/new",
  validateSearch: (search): { sentence?: string | undefined } => ({ sentence: word(search.sentence) }),
  component: lazyRouteComponent(() => import("./pages/rules/new"), "NewRulePage"),
});

const rule = createRoute({
  getParentRoute: () => shell,
  path: "/rules/$id",
  validateSearch: (search): { why?: string | undefined } => ({ why: word(search.why) }),
  component: lazyRouteComponent(() => import("./pages/rules/rule"), "RulePage"),
});

const editRule = createRoute({
  getParentRoute: () => shell,
  path: "/rules/$id/edit",
  validateSearch: (search): { sentence?: string | undefined } => ({ sentence: word(search.sentence) }),
  component: lazyRouteComponent(() => import("./pages/rules/edit"), "EditRulePage"),
});

const events = createRoute({
  getParentRoute: () => shell,
  path: "/events",
  component: lazyRouteComponent(() => import("./pages/events"), "EventsPage"),
});

const routes = root.addChildren([setup, signIn, shell.addChildren([home, customers, customer, rules, newRule, rule, editRule, events])]);

export const makeRouter = (cache: QueryClient) =>
  createRouter({ routeTree: routes, context: { cache }, defaultPreload: "intent", defaultPendingMs: 300, scrollRestoration: true, scrollToTopSelectors: ["#content"] });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
