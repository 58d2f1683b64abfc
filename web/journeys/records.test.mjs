// Records of an object of one's own: changed and taken back from the toast, the history and the board, exported, and put into the trash.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { ask, hands, setUp } from "./person.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

/** A label that is the same in both languages. */
const label = (text) => ({ zh: text, en: text });

for (const language of ["zh", "en"]) {
  const w = words[language];
  const r = w.records;
  describe(`records, ${language}`, () => {
    let server;
    let browser;
    let page;
    let step;
    before(async () => {
      server = await startServer("serve");
      browser = await openBrowser({ base: server.base, language, name: "records", chained: true });
      ({ page, step } = browser);
    });
    after(async () => {
      process.stdout.write(`\nrecords, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await server?.stop();
    });

    const { button, dialog, go, grid, titles } = hands(() => page);
    const cell = (name) => grid().getByRole("gridcell", { name, exact: true });

    it("begins with an object of one's own", () =>
      step("object", async () => {
        await setUp(page, server, w);
        const { name: store } = await ask(page, "POST", "/v1/objects", { label: label(r.store) });
        const fields = [{ label: label(r.area), type: "number", name: "area" }, { label: label(r.grade), type: "choice", name: "grade", choices: r.choices.map(label) }, { label: label(r.deal_field), type: "relation", name: "deal", to: "deal" }];
        for (const field of fields) await ask(page, "POST", `/v1/objects/${store}/fields`, field);
        const { record } = await ask(page, "POST", "/v1/objects/deal/records", { values: { name: "D-1", amount: "120000.5" } });
        for (const values of [{ name: r.first, area: 320, grade: 0, deal: record.id }, { name: r.second, area: 80 }]) await ask(page, "POST", `/v1/objects/${store}/records`, { values });
        await page.reload();
        await go(r.stores);
        await titles(r.first).waitFor();
      }));

    it("edits in the grid by keyboard, and takes it back from the toast", () =>
      step("keyboard", async () => {
        await button(r.area);
        await page.waitForURL(/sort=/);
        await grid().focus();
        await page.keyboard.press("ArrowRight");
        await page.keyboard.press("Enter");
        await page.keyboard.press("ControlOrMeta+a");
        await page.keyboard.type("81.5");
        await page.keyboard.press("Tab");
        await cell("81.5").waitFor();
        await page.getByRole("button", { name: r.undo }).click();
        await page.getByText(r.undone).waitFor();
        await cell("80").waitFor();
      }));

    it("tells a record's history and takes a change back there", () =>
      step("history", async () => {
        await titles(r.second).click();
        await page.getByText(r.history).click();
        const changes = page.getByRole("list", { name: r.history }).getByRole("listitem");
        await changes.nth(2).waitFor();
        await changes.filter({ hasText: r.undid }).getByRole("button", { name: r.undo }).click();
        await page.getByRole("list", { name: r.history }).getByRole("listitem").nth(3).waitFor();
        await page.keyboard.press("Escape");
      }));

    it("exports the list as a table, in the words that it shows", () =>
      step("export", async () => {
        const loads = page.waitForEvent("download");
        await page.getByRole("link", { name: r.export, exact: true }).click();
        const table = await readFile(await (await loads).path(), "utf8");
        const [, ...rows] = table.trim().split("\r\n");
        assert.ok(table.startsWith(`\uFEFF"${r.head}",`), table);
        assert.equal(rows.length, 2, table);
        const row = rows.find((each) => each.includes(r.first));
        for (const shown of ["320", r.choices[0], "D-1"]) assert.ok(row.includes(`"${shown}"`), row);
      }));

    it("puts a record into the trash and takes it out", () =>
      step("trash", async () => {
        await titles(r.second).click();
        await dialog().getByRole("button", { name: r.trash }).click();
        await titles(r.second).waitFor({ state: "detached" });
        await dialog().getByRole("button", { name: r.restore }).click();
        await titles(r.second).waitFor();
      }));

    it("drags a card on a board, and takes it back", () =>
      step("board", async () => {
        await go(r.deals);
        await page.getByText(r.board, { exact: true }).click();
        const card = (column) => page.getByRole("region", { name: column, exact: true }).getByRole("button", { name: "D-1" });
        await card(r.none).dragTo(page.getByRole("region", { name: r.won, exact: true }));
        await card(r.won).waitFor();
        await page.getByRole("region", { name: r.won, exact: true }).getByText("¥120,000.50").first().waitFor();
        await page.reload();
        await card(r.won).waitFor();
        await card(r.won).click();
        await dialog().getByText(r.history).click();
        await dialog().getByRole("button", { name: r.undo }).first().click();
        await card(r.none).waitFor();
        await page.keyboard.press("Escape");
      }));

    it("writes nothing wrong to the console", () => assert.deepEqual(browser.wrongs, []));
  });
}
