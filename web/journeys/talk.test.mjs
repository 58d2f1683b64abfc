// Two people talk about a deal: a mention, an answer, what each is told without a reload, a timeline that is filtered, and unfollowing.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { ask, join, roleNamed, setUp } from "./person.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const colleague = "李雷";

for (const language of ["zh", "en"]) {
  const w = words[language];
  const k = w.talk;
  const r = w.records;
  describe(`talk, ${language}`, () => {
    let server;
    let owner;
    let other;
    let page;
    let theirs;
    let step;
    const deal = {};
    before(async () => {
      server = await startServer("serve");
      owner = await openBrowser({ base: server.base, language, name: "talk", chained: true });
      other = await openBrowser({ base: server.base, language, name: "talk-other", chained: true });
      ({ page } = owner);
      theirs = other.page;
      step = (title, work) => owner.step(title, () => other.step(title, work));
    });
    after(async () => {
      process.stdout.write(`\ntalk, ${language}\n${owner?.steps.join("\n")}\n`);
      await owner?.close();
      await other?.close();
      await server?.stop();
    });

    const button = (name, of = page) => of.getByRole("button", { name, exact: true });
    const labelled = (name, of = page) => of.getByLabel(name, { exact: true });
    const entries = (of = page) => of.getByRole("list", { name: r.history }).getByRole("listitem");
    const record = () => `/v1/objects/deal/records/${deal.id}`;

    it("begins with a deal and two people", () =>
      step("deal", async () => {
        await setUp(page, server, w);
        const { id: role } = await roleNamed(page, "en", "Owner");
        await join(page, server, { as: "li@example.com", name: colleague, role }, theirs);
        const made = await ask(page, "POST", "/v1/objects/deal/records", { values: { name: k.deal, amount: 100 } });
        deal.id = made.record.id;
        await ask(page, "POST", "/v1/objects/contract/records", { values: { name: k.note, deal: deal.id } });
        await theirs.goto("/o/product");
        await button(k.none, theirs).waitFor();
      }));

    it("mentions a colleague, who sees it without a reload", () =>
      step("mention", async () => {
        await page.goto(`/o/deal?record=${deal.id}`);
        const dialog = page.getByRole("dialog");
        await dialog.getByText(r.history, { exact: true }).click();
        const box = labelled(k.box, dialog);
        await box.click();
        await box.pressSequentially("@李");
        await page.locator(".ant-mentions-dropdown").getByText(colleague).click();
        await box.pressSequentially(k.please);
        await page.keyboard.press("Control+Enter");
        await entries().filter({ hasText: k.please }).locator("mark").filter({ hasText: `@${colleague}` }).waitFor();
        assert.equal(await box.inputValue(), "");
        await box.fill("1");
        await page.keyboard.press("Escape");
        assert.equal(await box.inputValue(), "1", "what was begun is still there, and so is the panel");
        await box.fill("");
        await button(k.unread(1), theirs).click();
        await theirs.getByRole("region", { name: k.title }).getByText(k.mention).waitFor();
      }));

    it("leads to the record, where they answer", () =>
      step("answer", async () => {
        await theirs.getByRole("region", { name: k.title }).getByRole("link").filter({ hasText: k.deal }).click();
        await theirs.getByRole("heading", { level: 1, name: k.deal }).waitFor();
        await entries(theirs).filter({ hasText: k.please }).waitFor();
        await button(k.none, theirs).waitFor(); // nothing is unread any more
        await button(k.following, theirs).waitFor(); // who is mentioned follows
        await labelled(k.box, theirs).fill(k.answer);
        await button(k.send, theirs).click();
        const mine = entries(theirs).filter({ hasText: k.answer });
        await button(k.edit, mine).click();
        await entries(theirs).getByRole("textbox", { name: k.edit, exact: true }).fill(k.better);
        await entries(theirs).getByRole("button", { name: k.save, exact: true }).click();
        await entries(theirs).filter({ hasText: k.better }).getByText(k.edited).waitFor();
        await entries().filter({ hasText: k.better }).waitFor(); // and the other sees it where they are
        await page.locator(".ant-drawer-close").click();
        await button(k.unread(1)).click();
        await page.getByRole("region", { name: k.title }).getByText(k.comment, { exact: false }).first().waitFor();
        await button(k.read_all).click();
        await button(k.none).waitFor();
      }));

    it("tells those who follow of a change, and opens a record as a page", () =>
      step("change", async () => {
        await page.goto(`/o/deal?record=${deal.id}`);
        await page.getByRole("dialog").getByRole("link", { name: k.whole }).click();
        await page.getByRole("heading", { level: 1, name: k.deal }).waitFor();
        await page.getByRole("button", { name: k.edit_field(k.amount) }).click();
        await labelled(k.amount).fill("250");
        await page.keyboard.press("Enter");
        await entries().filter({ hasText: "250" }).waitFor();
        await button(k.unread(1), theirs).click();
        await theirs.getByRole("region", { name: k.title }).getByText(k.changed).waitFor();
        await button(k.read_all, theirs).click();
        await theirs.getByRole("heading", { level: 1, name: k.deal }).click();
        await theirs.getByRole("region", { name: k.title }).waitFor({ state: "hidden" });
      }));

    it("filters the timeline by the sort of what happened", () =>
      step("filter", async () => {
        await entries().filter({ hasText: k.note }).waitFor();
        const all = await entries().count();
        await button(k.records).click();
        await entries().filter({ hasText: k.note }).waitFor();
        await entries().nth(1).waitFor({ state: "detached" });
        await button(k.comments).click();
        await entries().filter({ hasText: k.better }).waitFor();
        await entries().filter({ hasText: k.note }).waitFor({ state: "detached" });
        assert.equal(await entries().count(), 2);
        await button(k.changes).click();
        await entries().filter({ hasText: "250" }).waitFor();
        await button(k.all).click();
        await entries().nth(all - 1).waitFor();
      }));

    it("takes a change back on the timeline", () =>
      step("undo", async () => {
        await entries().filter({ hasText: "250" }).getByRole("button", { name: r.undo }).click();
        await entries().filter({ hasText: r.undid }).waitFor();
        await page.getByRole("button", { name: k.edit_field(k.amount) }).filter({ hasText: "100" }).waitFor();
      }));

    it("unfollows, which holds, and switches a kind off", () =>
      step("unfollow", async () => {
        await button(k.unread(1), theirs).click(); // what was changed and taken back is one line
        await button(k.read_all, theirs).click();
        await button(k.none, theirs).waitFor();
        await theirs.getByRole("heading", { level: 1, name: k.deal }).click();
        await button(k.following, theirs).click();
        await button(k.follow, theirs).waitFor();
        await labelled(k.box, theirs).fill("42");
        await theirs.keyboard.press("Control+Enter");
        await entries(theirs).filter({ hasText: "42" }).waitFor();
        await theirs.reload();
        await button(k.follow, theirs).waitFor();
        await theirs.goto("/settings/account");
        await theirs.getByRole("group", { name: k.choices }).getByLabel(k.on_comment).click();
        await theirs.getByRole("checkbox", { name: k.on_comment, checked: false }).waitFor();
        await theirs.waitForFunction(async () => (await (await fetch("/v1/notices/choices")).json()).comment === false);
        await ask(page, "PATCH", record(), { values: { amount: 300 } });
        const told = await ask(theirs, "GET", "/v1/session");
        await ask(page, "POST", `${record()}/comments`, { text: `@[${told.user.id}] 99` });
        await button(k.unread(1), theirs).click(); // the mention, and not the change before it
        await theirs.getByRole("region", { name: k.title }).getByRole("listitem").first().getByText(k.mention).waitFor();
      }));

    it("shows the page on a phone, one part below the other", () =>
      step("phone", async () => {
        await page.setViewportSize({ width: 390, height: 844 });
        await page.goto(`/o/deal/${deal.id}`);
        await entries().first().waitFor();
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= 390, `${wide}`);
        await page.emulateMedia({ colorScheme: "dark" });
      }));

    it("writes nothing wrong to the console", () => assert.deepEqual([...owner.wrongs, ...other.wrongs], []));
  });
}
