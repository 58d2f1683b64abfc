// Every page of the interface by axe: nothing serious, in both languages, light and dark, on a desktop and on a phone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const password = "correct horse battery";
const axe = readFileSync(join(import.meta.dirname, "../node_modules/axe-core/axe.min.js"), "utf8");
const standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** A reader's language, what they hold, and what they like; each page is shown in both appearances all the same. */
const readers = [
  { language: "zh", device: "desktop", scheme: "light", size: { width: 1440, height: 900 } },
  { language: "en", device: "phone", scheme: "dark", size: { width: 390, height: 844 } },
];
const other = { light: "dark", dark: "light" };

/** The addresses that the router knows, read from its source: each route with its parent's path before its own. */
function routes() {
  const source = readFileSync(join(import.meta.dirname, "../src/router.tsx"), "utf8");
  const declared = [...source.matchAll(/const (\w+) = createRoute\(\{\s*getParentRoute: \(\) => (\w+),\s*(path|id): "([^"]*)",([\s\S]*?)\n\}\);/g)];
  assert.equal(declared.length, source.match(/= createRoute\(/g).length, "a route is written in another way than the rest");
  const known = new Map(declared.map(([, name, parent, by, at, rest]) => [name, { parent, at: by === "path" ? at : "", drawn: rest.includes("component:") }]));
  const whole = (name) => {
    const route = known.get(name);
    return route === undefined ? "" : `${whole(route.parent)}/${route.at}`;
  };
  const children = new Set([...known.values()].map(({ parent }) => parent));
  return [...known].filter(([name, { drawn }]) => drawn && !children.has(name)).map(([name]) => whole(name).replaceAll(/\/+/g, "/"));
}

/** Asks as the machine's owner. */
async function ask({ base, folder }, method, path, body) {
  const { token } = JSON.parse(readFileSync(join(folder, "data/run/local.json"), "utf8"));
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${base}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

/** An invitation's token. */
async function invited(server, email) {
  const { items } = await ask(server, "GET", "/v1/roles");
  const { id: role } = items.find((each) => each.name.en === "Owner");
  return (await ask(server, "POST", "/v1/invitations", { email, role })).token;
}

describe("what axe finds", { concurrency: readers.length }, () => {
  let server;
  let fresh;
  let strict;
  before(async () => {
    [server, fresh, strict] = await Promise.all([startServer("demo", ["--customers", "60"]), startServer("serve"), startServer("serve")]);
    strict.base = strict.base.replace("127.0.0.1", "localhost"); // cookies know hosts, not ports
    await ask(strict, "PATCH", "/v1/sign-in-settings", { second_factor: true });
  });
  after(() => Promise.all([server, fresh, strict].map((each) => each?.stop())));

  for (const { language, device, scheme, size } of readers) {
    const w = words[language];
    const f = w.fields;
    const [s, r, m, d] = [w.settings, w.records, w.teams, w.door];
    describe(`in ${language} on a ${device}`, { concurrency: 1 }, () => {
      let browser;
      let page;
      let step;
      let first;
      before(async () => {
        browser = await openBrowser({ base: server.base, language, name: `axe-${device}` });
        ({ page, step } = browser);
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await page.context().addInitScript(axe);
        for (const at of [server, strict]) {
          const taken = await page.request.post(`${at.base}/v1/join`, { data: { token: await invited(at, `${device}@example.com`), name: w.owner, password } });
          assert.equal(taken.status(), 200);
        }
        const [customers, rules, decided] = await Promise.all(["/v1/customers?limit=50", "/v1/rules", "/v1/people"].map((path) => ask(server, "GET", path)));
        const tagged = customers.items.find((each) => each.tags.length > 0);
        const detail = await ask(server, "GET", `/v1/customers/${tagged.id}`);
        const deals = await ask(server, "POST", "/v1/objects/deal/list", { limit: 1 });
        const me = (await (await page.request.get("/v1/session")).json()).user.id;
        await ask(server, "POST", `/v1/objects/deal/records/${deals.items[0].id}/comments`, { text: `@[${me}] 1` });
        first = { customer: tagged.id, decision: detail.tags[0].decision, rule: rules.items[0].id, deal: deals.items[0].id, person: decided.items[0].id };
      });
      after(async () => {
        process.stdout.write(`\naxe, ${language}, ${device}\n${browser?.steps.join("\n")}\n`);
        await browser?.close();
      });

      const listbox = () => page.getByRole("listbox");
      const main = () => page.getByRole("heading", { level: 1 }).first();
      const dialog = () => page.getByRole("dialog");
      const button = (name, of = page) => of.getByRole("button", { name, exact: true }).first();

      /** What axe finds that is serious; a rule that only needs a person's look is not counted. */
      const found = (only, within) =>
        page.evaluate(
          async ([runOnly, parts]) => {
            const { violations } = await window.axe.run(parts ? { include: parts.map((each) => [each]) } : document, { runOnly, resultTypes: ["violations"] });
            const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
            return serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}\n    ${node.html.slice(0, 200)}\n    ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`));
          },
          [only ? { type: "rule", values: only } : { type: "tag", values: standards }, within],
        );

      /** Until no colour is on its way to another. */
      const still = () => page.waitForFunction(() => document.getAnimations().every((each) => each.effect?.getComputedTiming().iterations === Infinity || each.playState !== "running"));

      /** Once nothing is being loaded: everything in the reader's appearance, then what colours make of it in the other. */
      async function look(what, failures, within) {
        await page.waitForFunction(() => document.querySelector('[role="status"][aria-label], .ant-spin-spinning, .ant-btn-loading') === null);
        await still();
        const own = await found(undefined, within);
        await page.emulateMedia({ colorScheme: other[scheme], reducedMotion: "reduce" });
        await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, other[scheme]);
        await still();
        const others = await found(["color-contrast", "link-in-text-block"], within);
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
        await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, scheme);
        for (const each of own) failures.push(`${what}, ${scheme}: ${each}`);
        for (const each of others) failures.push(`${what}, ${other[scheme]}: ${each}`);
      }

      /** Where each route is looked at. One that is new has to be written down here. */
      const places = () => ({
        "/setup": /\/setup\?token=\S+/.exec(fresh.printed())[0].replace(/^/, fresh.base),
        "/sign-in": "/sign-in",
        "/sign-in/callback": "/sign-in/callback?state=x&code=x",
        "/join": "/join?token=",
        "/second-factor": `${strict.base}/second-factor`,
        "/customers/$id": `/customers/${first.customer}`,
        "/rules": "/rules",
        "/rules/new": "/rules/new",
        "/rules/$id": `/rules/${first.rule}`,
        "/rules/$id/edit": `/rules/${first.rule}/edit`,
        "/events": "/events",
        "/o/$object": "/o/deal",
        "/o/$object/$id": `/o/deal/${first.deal}`,
        "/settings/account": "/settings/account",
        "/settings/objects": "/settings/objects",
        "/settings/objects/$object": "/settings/objects/deal",
        "/settings/people": "/settings/people",
        "/settings/teams": "/settings/teams",
        "/settings/roles": "/settings/roles",
        "/settings/keys": "/settings/keys",
        "/settings/mail": "/settings/mail",
        "/settings/sign-in": "/settings/sign-in",
        "/settings/audit": "/settings/audit",
      });

      it("is nothing serious on any page", () =>
        step("pages", async () => {
          const all = places();
          assert.deepEqual(routes().toSorted(), Object.keys(all).toSorted(), "each route, and no other, has its place here");
          all["/join"] += await invited(server, `${device}-2@example.com`);
          all["customers"] = "/o/customer";
          all["a board"] = "/o/deal?view=board";
          all["a trash"] = "/o/deal?trash=true";
          all["no such page"] = "/nowhere";
          const failures = [];
          for (const [what, where] of Object.entries(all)) {
            await page.goto(where);
            if (what !== "no such page") await main().waitFor();
            else await page.getByRole("link").first().waitFor();
            await look(what, failures);
          }
          assert.ok(failures.length === 0, failures.join("\n"));
        }));

      it("is nothing serious in dialogs, drawers and lists that open", () =>
        step("dialogs", async () => {
          const failures = [];
          const opened = async (what, where, open, ready = dialog, within = undefined) => {
            await page.goto(where);
            await main().waitFor();
            await open();
            await ready().first().waitFor();
            await look(what, failures, within);
          };
          await opened("a new record", "/o/deal", () => button(r.add).click());
          await opened("a record", `/o/deal?record=${first.deal}`, () => dialog().getByText(r.history).click(), () => page.getByRole("list", { name: r.history }).getByRole("listitem"));
          const attached = await page.request.post(`${server.base}/v1/objects/deal/records/${first.deal}/attachments`, { headers: { "x-jingwei": "1", "x-file-name": "note.txt" }, data: Buffer.from("a\nb") });
          assert.equal(attached.status(), 200);
          await opened("a record's file", `/o/deal?record=${first.deal}`, () => button(w.files.preview("note.txt")).click(), () => page.getByRole("region", { name: "note.txt" }), [".ant-modal", `section[aria-label="${w.files.title}"]`]);
          await opened("a comment that names someone", `/o/deal/${first.deal}`, async () => {
            await page.getByLabel(w.talk.box, { exact: true }).pressSequentially("@");
          }, () => page.locator(".ant-mentions-dropdown").getByText(w.owner).first());
          await opened("notices", "/rules", () => page.getByRole("button", { name: w.talk.title }).click(), () => page.getByRole("region", { name: w.talk.title }).getByText(w.talk.mention).first());
          await opened("a filter", "/o/deal", async () => {
            await page.getByRole("row").nth(2).waitFor(); // what is above the list stays where it is from here on
            await button(r.add_filter).click();
            await page.getByLabel(r.field, { exact: true }).click();
            await page.keyboard.type(m.stage);
            await page.keyboard.press("Enter");
          }, () => page.getByLabel(r.value, { exact: true }));
          await opened("changes to a list", "/o/deal", () => button(r.bulk).click());
          await opened("views", "/o/deal", () => page.getByRole("button", { name: new RegExp(`^${r.views}: `) }).click(), () => page.getByRole("list", { name: r.views }));
          await opened("the palette", "/rules", () => page.keyboard.press("ControlOrMeta+k"), () => listbox().getByRole("option"));
          await opened("what the palette found", "/rules", async () => {
            await page.keyboard.press("ControlOrMeta+k");
            await page.getByRole("combobox", { name: w.search_all.box }).fill("a");
          }, () => listbox().locator("mark"));
          await opened("the account's menu", "/rules", () => button(w.switch.account).click(), () => page.getByRole("menu"));
          await opened("why a tag", `/customers/${first.customer}?why=${first.decision}`, async () => {}, () => dialog().getByRole("heading", { name: w.evidence }));
          await opened("a new source", "/events", () => button(w.source.add).click());
          await opened("a new object", "/settings/objects", () => button(s.new_object).click());
          await opened("a new field", "/settings/objects/deal", () => button(s.new_field).click());
          await opened("a formula", "/settings/objects/deal", async () => {
            await button(s.new_field).click();
            await choose(dialog().getByLabel(s.type, { exact: true }), f.formula, true);
            await dialog().getByLabel(f.formula, { exact: true }).fill("金额 × 2");
          }, () => dialog().getByRole("status"));
          await opened("a change of type", "/settings/objects/deal", async () => {
            await button(f.edit).click();
            await button(f.convert).click();
            await choose(dialog().getByLabel(f.to, { exact: true }), f.tags, true);
          }, () => dialog().getByRole("status"));
          await opened("a filter by related records", "/o/deal", async () => {
            await page.getByRole("row").nth(2).waitFor();
            await button(f.related).click();
          }, () => page.getByLabel(f.way, { exact: true }));
          await opened("an invitation", "/settings/people", () => button(s.invite).click());
          await opened("a new role", "/settings/roles", () => button(s.new_role).click());
          await opened("a new team", "/settings/teams", () => button(m.add).click());
          await opened("a new key", "/settings/keys", () => button(s.new_key).click());
          await opened("a new provider", "/settings/sign-in", () => button(d.add_provider).click());
          await opened("an authenticator", "/settings/account", () => button(d.add_app).click());
          assert.ok(failures.length === 0, failures.join("\n"));
        }));
    });
  }
});
