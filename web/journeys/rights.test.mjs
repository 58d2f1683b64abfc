// A role that sees only its region: made, given, seen as the one who has it, and explained.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const password = "correct horse battery";
const deals = [{ name: "D-east", region: "east" }, { name: "D-south", region: "south" }];

for (const language of ["zh", "en"]) {
  const w = words[language];
  const s = w.settings;
  const r = w.records;
  describe(`rights, ${language}`, () => {
    let server;
    let browser;
    let page;
    let step;
    before(async () => {
      server = await startServer("serve");
      browser = await openBrowser({ base: server.base, language, name: "rights", chained: true });
      ({ page, step } = browser);
    });
    after(async () => {
      process.stdout.write(`\nrights, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await server?.stop();
    });

    const go = (name) => page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    const button = (name, within = page) => within.getByRole("button", { name, exact: true }).click();
    const labelled = (name, within = page) => within.getByLabel(name, { exact: true });
    const dialog = () => page.getByRole("dialog");
    const titles = () => page.getByRole("grid").getByRole("row").getByRole("button").filter({ visible: true, hasText: /^D-/ });
    const post = async (path, data) => (await page.request.post(path, { headers: { "x-jingwei": "1" }, data })).json();

    it("begins with deals of two regions", () =>
      step("deals", async () => {
        await page.goto(/\/setup\?token=\S+/.exec(server.printed())[0]);
        for (const [name, value] of [["company", w.company], ["name", w.owner], ["email", "owner@example.com"], ["password", password]]) await labelled(w.setup[name]).fill(value);
        await button(w.setup.submit);
        await page.getByRole("heading", { name: w.empty.customers }).waitFor();
        for (const values of deals) await post("/v1/objects/deal/records", { values });
        await go(r.deal);
        await titles().nth(1).waitFor();
      }));

    it("makes a role that sees the deals of the east", () =>
      step("role", async () => {
        await go(s.open);
        await go(s.roles);
        await button(s.new_role);
        await labelled(s.name, dialog()).fill(s.east_role);
        await choose(labelled(s.except, dialog()), s.deal);
        await choose(labelled(s.reads, dialog()), s.some);
        await choose(labelled(s.writes, dialog()), s.none);
        await button(r.add_filter, dialog());
        await choose(labelled(r.field), s.region_field, true);
        await choose(labelled(r.value), s.east);
        await button(r.take);
        await button(s.save, dialog());
        await page.getByRole("columnheader", { name: s.east_role }).waitFor();
      }));

    it("gives it to someone and sees what they see", () =>
      step("see as", async () => {
        const roles = await (await page.request.get("/v1/roles")).json();
        const role = roles.items.find((each) => each.name[language] === s.east_role).id;
        const { token } = await post("/v1/invitations", { email: "lilei@example.com", role });
        const joined = await fetch(`${server.base}/v1/join`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token, name: "李雷", password }) });
        assert.equal(joined.status, 200);
        await go(s.people);
        await button(s.see_as);
        await page.getByText(s.seen, { exact: true }).waitFor();
        assert.equal(await page.getByRole("navigation").getByRole("link", { name: w.h.rules, exact: true }).count(), 0);
        await go(r.deal);
        await titles().first().waitFor();
        assert.deepEqual(await titles().allInnerTexts(), ["D-east"]);
        assert.equal(await page.getByRole("button", { name: r.add, exact: true }).count(), 0);
        await button(s.end_seeing);
        await page.getByRole("rowheader", { name: "李雷" }).waitFor();
      }));

    it("says why they see one and not the other", () =>
      step("why", async () => {
        await go(r.deal);
        for (const [name, answer] of [["D-east", s.sees], ["D-south", s.sees_not]]) {
          await titles().filter({ hasText: name }).click();
          await choose(labelled(s.who, dialog()), "李雷");
          await dialog().getByText(answer).waitFor();
          if (name === "D-east") await dialog().getByText(s.condition).waitFor();
          await page.locator(".ant-drawer-close").click();
          await dialog().waitFor({ state: "detached" });
        }
      }));

    it("writes nothing wrong to the console", () => assert.deepEqual(browser.wrongs, []));
  });
}
