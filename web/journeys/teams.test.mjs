// Teams, a role that sees what one's teams have, fields that it masks and hides, and a record shared with someone.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { ask, hands, join, roleNamed, setUp, signIn } from "./person.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const phones = { "D-own": "13800001111", "D-below": "13800002222", "D-other": "13800003333" };
const go = (of, name) => of.getByRole("navigation").getByRole("link", { name, exact: true }).click();
const titles = (of) => of.getByRole("grid").getByRole("row").getByRole("button").filter({ visible: true, hasText: /^D-/ });
const open = (of, name) => titles(of).filter({ hasText: name }).click();

for (const language of ["zh", "en"]) {
  const w = words[language];
  const s = w.settings;
  const r = w.records;
  const m = w.teams;
  describe(`teams, ${language}`, () => {
    let server;
    let owner;
    let lead;
    let page;
    let theirs;
    let step;
    const people = {};
    before(async () => {
      server = await startServer("serve");
      owner = await openBrowser({ base: server.base, language, name: "teams", chained: true });
      lead = await openBrowser({ base: server.base, language, name: "teams-lead", chained: true });
      ({ page } = owner);
      theirs = lead.page;
      step = (title, work) => owner.step(title, () => lead.step(title, work));
    });
    after(async () => {
      process.stdout.write(`\nteams, ${language}\n${owner?.steps.join("\n")}\n`);
      await owner?.close();
      await lead?.close();
      await server?.stop();
    });

    const { button, closePanel, labelled } = hands(() => page);
    const dialog = (of = page) => of.getByRole("dialog");
    const roleOf = () => roleNamed(page, language, m.role);

    async function addTeam(name, members, parent) {
      await dialog().waitFor({ state: "detached" }); // the one before
      await page.getByRole("button", { name: m.add }).first().click();
      await labelled(s.name, dialog()).fill(name);
      if (parent) await choose(labelled(m.parent, dialog()), parent);
      for (const member of members) await choose(labelled(m.members, dialog()), member);
      await dialog().locator(".ant-modal-title").click();
      await button(m.create, dialog());
    }

    it("makes a role that sees what its teams have, without the amount and with masked phones", () =>
      step("role", async () => {
        await setUp(page, server, w);
        await ask(page, "POST", "/v1/objects/deal/fields", { label: { zh: "联系电话", en: "contact phone" }, type: "phone", name: "phone" });
        await go(page, s.open);
        await go(page, s.roles);
        await button(s.new_role);
        await labelled(s.name, dialog()).fill(m.role);
        await choose(labelled(s.except, dialog()), s.deal);
        await choose(labelled(s.reads, dialog()), m.subtree);
        await choose(labelled(s.writes, dialog()), m.own);
        for (const [field, access] of [[m.phone, m.reveal], [m.amount, m.hidden]]) {
          await choose(labelled(m.narrow, dialog()), field, true);
          await choose(labelled(m.field_of(field), dialog()), access);
        }
        await page.screenshot({ path: `${import.meta.dirname}/out/teams-role-${language}.png` });
        await button(s.save, dialog());
        await page.getByRole("columnheader", { name: m.role }).waitFor();
        assert.deepEqual((await roleOf()).records.objects.deal, { read: "subtree", write: "own", fields: { amount: "hidden", phone: "reveal" } });
      }));

    it("keeps the fields of a role when something else of it changes", () =>
      step("role again", async () => {
        await button(m.edit_role(m.role));
        await choose(labelled(s.reads, dialog()), s.some);
        await button(r.add_filter, dialog());
        await choose(labelled(r.field), s.region_field, true);
        await choose(labelled(r.value), s.east);
        await button(r.take);
        await choose(labelled(s.reads, dialog()), m.subtree);
        await button(s.save, dialog());
        await dialog().waitFor({ state: "detached" });
        const { read, write, fields } = (await roleOf()).records.objects.deal;
        assert.deepEqual({ read, write, fields }, { read: "subtree", write: "own", fields: { amount: "hidden", phone: "reveal" } });
      }));

    it("makes two teams, one part of the other, and says what is wrong where it is", () =>
      step("teams", async () => {
        const { id: role } = await roleOf();
        for (const [name, email] of [["李雷", "lilei@example.com"], ["韩梅", "hanmei@example.com"], ["何北", "hebei@example.com"]]) {
          people[name] = await join(page, server, { as: email, name, role });
        }
        await go(page, m.teams);
        await page.getByRole("heading", { name: m.empty }).waitFor();
        await addTeam(m.east, ["李雷"]);
        await page.getByRole("row", { name: m.east }).getByText("李雷").waitFor();
        await addTeam(m.east, []);
        await dialog().getByRole("alert").filter({ hasText: m.taken }).waitFor();
        await labelled(s.name, dialog()).fill(m.night);
        await button(m.create, dialog());
        await page.getByRole("rowheader", { name: m.night }).waitFor();
        await addTeam(m.shanghai, ["韩梅"], m.east);
        await page.getByRole("row", { name: m.shanghai }).getByText("韩梅").waitFor();
        await dialog().waitFor({ state: "detached" });
        assert.deepEqual(await page.getByRole("rowheader").allInnerTexts(), [m.east, m.shanghai, m.night]);
      }));

    it("removes a team when that is confirmed", () =>
      step("remove team", async () => {
        await button(m.remove(m.night));
        await dialog().getByRole("button", { name: m.yes, exact: true }).click();
        await page.getByRole("rowheader", { name: m.night }).waitFor({ state: "detached" });
      }));

    it("shows the lead of the upper team what the teams below have, and nothing else", () =>
      step("records", async () => {
        for (const [name, person] of [["D-own", "李雷"], ["D-below", "韩梅"], ["D-other", "何北"]]) {
          await ask(page, "POST", "/v1/objects/deal/records", { values: { name, owner: people[person], amount: "5000", phone: phones[name], next_step: "call" } });
        }
        await signIn(theirs, w, "lilei@example.com");
        await go(theirs, r.deals);
        await titles(theirs).nth(1).waitFor();
        assert.deepEqual((await titles(theirs).allInnerTexts()).toSorted(), ["D-below", "D-own"]);
      }));

    it("has no hidden field anywhere, and finds nothing by a masked one", () =>
      step("fields", async () => {
        const heads = (await theirs.getByRole("columnheader").allInnerTexts()).map((each) => each.trim());
        assert.ok(heads.includes(m.phone) && !heads.includes(m.amount), heads.join());
        assert.ok(await theirs.getByRole("columnheader", { name: m.phone }).getByRole("button").isDisabled());
        await button(r.add_filter, theirs);
        await labelled(r.field, theirs).click();
        const offered = theirs.locator(".ant-select-dropdown").filter({ visible: true });
        await offered.getByTitle(m.stage, { exact: true }).waitFor();
        for (const name of [m.phone, m.amount]) {
          await theirs.keyboard.press("ControlOrMeta+a");
          await theirs.keyboard.type(name);
          await offered.locator(".ant-empty").waitFor();
        }
        await theirs.keyboard.press("Escape");
        await theirs.keyboard.press("Escape");
        await button(r.add, theirs);
        await labelled(r.deal_name, theirs).waitFor();
        for (const name of [m.phone, m.amount]) assert.equal(await labelled(name, dialog(theirs)).count(), 0);
        await hands(() => theirs).closePanel();
      }));

    it("masks a phone in the list, where it is not edited", () =>
      step("masked", async () => {
        const row = theirs.getByRole("row").filter({ hasText: "D-own" });
        const cell = row.getByRole("gridcell", { name: "138****1111" });
        await cell.dblclick();
        await theirs.keyboard.press("Enter");
        assert.equal(await row.getByRole("textbox").count(), 0);
        await theirs.keyboard.press("Delete");
        await cell.waitFor();
        assert.equal(await theirs.getByText("13800001111").count(), 0);
      }));

    it("shows a phone in full when asked, says that it is noted, and masks it again", () =>
      step("reveal", async () => {
        await open(theirs, "D-own");
        await dialog(theirs).getByText("138****1111").waitFor();
        assert.equal(await dialog(theirs).getByRole("button", { name: m.edit_field(m.phone) }).count(), 0);
        await dialog(theirs).getByRole("button", { name: m.edit_field(m.next_step) }).waitFor();
        await button(m.show, dialog(theirs));
        await dialog(theirs).getByText("13800001111").waitFor();
        await dialog(theirs).getByText(m.noted).waitFor();
        await theirs.screenshot({ path: `${import.meta.dirname}/out/teams-reveal-${language}.png` });
        await button(m.mask, dialog(theirs));
        await dialog(theirs).getByText("138****1111").waitFor();
        await button(m.show, dialog(theirs));
        await dialog(theirs).getByText("13800001111").waitFor();
        await hands(() => theirs).closePanel();
        await open(theirs, "D-own");
        await dialog(theirs).getByText("138****1111").waitFor();
        assert.equal(await theirs.getByText("13800001111").count(), 0);
        await dialog(theirs).getByText(r.history).click();
        await dialog(theirs).getByText("***").first().or(dialog(theirs).getByText("138****1111")).first().waitFor();
        assert.equal(await dialog(theirs).getByText("13800001111").count(), 0);
        await hands(() => theirs).closePanel();
        await open(theirs, "D-below");
        await dialog(theirs).getByText("138****2222").waitFor();
        assert.equal(await dialog(theirs).getByRole("button", { name: m.edit_field(m.next_step) }).count(), 0);
        assert.equal(await dialog(theirs).getByRole("button", { name: m.share_to }).count(), 0);
        await hands(() => theirs).closePanel();
      }));

    it("shares a record with them, which says why they see it", () =>
      step("share", async () => {
        await go(page, r.deals);
        await open(page, "D-other");
        await button(m.share_to, dialog());
        await choose(labelled(m.with, dialog()), "李雷");
        await button(m.share, dialog().getByRole("region", { name: m.title }).locator("form"));
        await labelled(m.access_of("李雷"), dialog()).waitFor();
        await choose(labelled(s.who, dialog()), "李雷");
        await dialog().getByText(m.because).first().waitFor();
        await theirs.reload();
        await titles(theirs).nth(2).waitFor();
        await open(theirs, "D-other");
        const shares = dialog(theirs).getByRole("region", { name: m.title });
        await shares.getByRole("listitem").filter({ hasText: "李雷" }).getByText(m.sees).waitFor();
        assert.equal(await shares.getByRole("button").count(), 0);
        await hands(() => theirs).closePanel();
      }));

    it("finds what one's team and those below have, in words", () =>
      step("my teams", async () => {
        await button(r.add_filter, theirs);
        await choose(labelled(r.field, theirs), m.owner_field, true);
        await button(m.mine, theirs);
        await titles(theirs).filter({ hasText: "D-other" }).waitFor({ state: "detached" });
        await theirs.reload();
        await titles(theirs).nth(1).waitFor();
        assert.deepEqual((await titles(theirs).allInnerTexts()).toSorted(), ["D-below", "D-own"]);
        await theirs.getByRole("button", { name: new RegExp(`^${m.owner_field} .+ ${m.mine}$`) }).first().waitFor();
      }));

    it("shares it with a team, and lets someone change it", () =>
      step("share more", async () => {
        await button(m.share_to, dialog());
        await choose(labelled(m.with, dialog()), m.shanghai);
        await button(m.share, dialog().getByRole("region", { name: m.title }).locator("form"));
        await labelled(m.access_of(m.shanghai), dialog()).waitFor();
        await choose(labelled(m.access_of("李雷"), dialog()), m.writes);
        await dialog().getByText(m.because).nth(1).waitFor();
        const id = new URL(page.url()).searchParams.get("record");
        const { items } = await (await page.request.get(`/v1/objects/deal/records/${id}/shares`)).json();
        assert.deepEqual(Object.fromEntries(items.map((share) => [share.name, share.writes])), { 李雷: true, [m.shanghai]: false });
      }));

    it("shares it no longer, and it is gone for them", () =>
      step("unshare", async () => {
        await button(m.unshare("李雷"), dialog());
        await labelled(m.access_of("李雷"), dialog()).waitFor({ state: "detached" });
        await closePanel();
        await theirs.goto("/o/deal");
        await titles(theirs).nth(1).waitFor();
        assert.deepEqual((await titles(theirs).allInnerTexts()).toSorted(), ["D-below", "D-own"]);
      }));

    it("tells in the audit who saw a value in full", () =>
      step("audit", async () => {
        await go(page, s.open);
        await go(page, s.audit);
        await page.getByRole("list", { name: s.audit }).getByRole("listitem").filter({ hasText: "李雷" }).filter({ hasText: m.saw }).filter({ hasText: "field: phone" }).nth(1).waitFor();
      }));

    it("writes nothing wrong to the console but the name that was taken", () => {
      assert.equal(owner.wrongs.filter((wrong) => / 422 .*\/v1\/teams/.test(wrong)).length, 1);
      assert.equal(owner.wrongs.length + lead.wrongs.length, 1, [...owner.wrongs, ...lead.wrongs].join("\n"));
    });
  });
}
