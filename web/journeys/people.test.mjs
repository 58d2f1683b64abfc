// People of a workspace: invited, given a role that shows what they may do and nothing else, and shut out at once.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { hands, password, setUp } from "./person.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const places = (of) => of.getByRole("navigation").first().getByRole("link");
const go = (of, name) => of.getByRole("navigation").getByRole("link", { name, exact: true }).click();

for (const language of ["zh", "en"]) {
  const w = words[language];
  const s = w.settings;
  describe(`people, ${language}`, () => {
    let server;
    let owner;
    let guest;
    let step;
    let page;
    let theirs;
    before(async () => {
      server = await startServer("serve");
      owner = await openBrowser({ base: server.base, language, name: "people", chained: true });
      guest = await openBrowser({ base: server.base, language, name: "people-guest", chained: true });
      ({ page, step } = owner);
      theirs = guest.page;
    });
    after(async () => {
      process.stdout.write(`\npeople, ${language}\n${owner?.steps.join("\n")}\n`);
      await owner?.close();
      await guest?.close();
      await server?.stop();
    });

    const { button, dialog } = hands(() => page);

    it("makes the owner's account and finds only the owner", () =>
      step("owner", async () => {
        await setUp(page, server, w);
        await go(page, s.open);
        await page.getByText(s.now, { exact: true }).waitFor();
        await go(page, s.people);
        await page.getByRole("rowheader", { name: w.owner }).waitFor();
        assert.equal(await page.getByRole("rowheader").count(), 1);
      }));

    it("invites someone with a role, who joins by the link", () =>
      step("invite", async () => {
        await button(s.invite);
        await dialog().getByLabel(w.setup.email, { exact: true }).fill("lilei@example.com");
        await choose(dialog().getByLabel(s.role, { exact: true }), s.reader);
        await dialog().getByRole("button", { name: s.link }).click();
        const link = await dialog().getByText(/\/join\?token=/).innerText();
        await button(s.saved);
        await page.getByText("lilei@example.com", { exact: true }).waitFor();
        await theirs.goto(link);
        await theirs.getByRole("heading", { name: s.title }).waitFor();
        await theirs.getByLabel(w.setup.name, { exact: true }).fill("李雷");
        await theirs.getByLabel(w.setup.password, { exact: true }).fill(password);
        await theirs.getByRole("button", { name: s.join, exact: true }).click();
        await theirs.getByRole("heading", { name: w.empty.customers }).waitFor();
      }));

    it("shows a reader what a reader may do, and no more", () =>
      step("reader", async () => {
        const names = (await places(theirs).allInnerTexts()).map((each) => each.trim());
        assert.deepEqual([w.h.customers, w.h.rules, w.h.events, s.open].map((name) => names.includes(name)), [true, true, false, true]);
        await go(theirs, w.h.rules);
        await theirs.getByRole("heading", { name: w.empty.rules }).waitFor();
        assert.equal(await theirs.getByRole("link", { name: w.h.editor }).count(), 0);
        await theirs.goto("/rules/new");
        await theirs.getByRole("heading", { name: s.denied }).waitFor();
        await theirs.goto("/settings/people");
        await theirs.getByRole("heading", { name: s.denied }).waitFor();
        await theirs.screenshot({ path: `${import.meta.dirname}/out/people-guest-${language}.png` });
      }));

    it("gives another role, which holds at once", () =>
      step("role", async () => {
        await page.reload();
        await choose(page.getByLabel(s.role_of, { exact: true }), s.owner_role);
        await page.getByRole("row", { name: "李雷" }).getByText(s.owner_role).filter({ visible: true }).waitFor();
        await theirs.goto("/rules/new");
        await theirs.getByRole("textbox", { name: w.rule.label }).waitFor();
      }));

    it("makes a role of the workspace's own and a key with it", () =>
      step("own role", async () => {
        await go(page, s.roles);
        await button(s.new_role);
        await dialog().getByLabel(s.name, { exact: true }).fill(s.region);
        await dialog().getByLabel(s.tasks, { exact: true }).check();
        await dialog().getByRole("button", { name: s.save, exact: true }).click();
        await page.getByRole("columnheader", { name: s.region }).waitFor();
        await page.screenshot({ path: `${import.meta.dirname}/out/people-roles-${language}.png` });
        await go(page, s.keys);
        await page.getByRole("button", { name: s.new_key }).first().click();
        await dialog().getByLabel(s.name, { exact: true }).fill("BI");
        await choose(dialog().getByLabel(s.role, { exact: true }), s.region);
        await dialog().getByRole("button", { name: s.create_key }).click();
        const secret = await dialog().getByText(/^jwa_/).innerText();
        await button(s.saved);
        const ask = (path) => fetch(`${server.base}${path}`, { headers: { authorization: `Bearer ${secret}` } });
        assert.equal((await ask("/v1/customers")).status, 200);
        assert.equal((await ask("/v1/rules")).status, 403);
        await page.getByRole("row", { name: "BI" }).getByText(s.region).waitFor();
      }));

    it("shuts someone out at once", () =>
      step("end", async () => {
        await go(page, s.people);
        await button(s.end);
        await dialog().getByRole("button", { name: s.yes, exact: true }).click();
        await theirs.waitForURL(/\/sign-in/);
      }));

    it("tells in the audit who did what", () =>
      step("audit", async () => {
        await go(page, s.audit);
        const lines = page.getByRole("list", { name: s.audit }).getByRole("listitem");
        await lines.filter({ hasText: w.owner }).filter({ hasText: "lilei@example.com" }).first().waitFor();
        await lines.getByRole("button", { name: "李雷" }).first().click();
        await page.waitForURL(/actor=usr_/);
        await page.waitForFunction((name) => [...document.querySelectorAll("main li button")].every((each) => each.textContent === name), "李雷");
      }));

    it("writes nothing wrong to the console", () => {
      assert.deepEqual(owner.wrongs, []);
      assert.ok(guest.wrongs.every((wrong) => / 40[13] |Denied/.test(wrong)), guest.wrongs.join("\n"));
    });
  });
}
