// An object of one's own, used everywhere within seconds: list, form, filter, search, grid, history, undo, API.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

for (const language of ["zh", "en"]) {
  const w = words[language];
  const s = w.settings;
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

    const go = (name) => page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
    const button = (name, within = page) => within.getByRole("button", { name, exact: true }).click();
    const views = () => page.getByRole("button", { name: new RegExp(`^${r.views}: `) });
    const labelled = (name, within = page) => within.getByLabel(name, { exact: true });
    const dialog = () => page.getByRole("dialog");
    const grid = () => page.getByRole("grid");
    const cell = (name) => grid().getByRole("gridcell", { name, exact: true });
    const titles = () => grid().getByRole("row").getByRole("button").filter({ visible: true });

    async function addField(name, type, more = async () => undefined) {
      await button(s.new_field);
      await labelled(s.name, dialog()).fill(name);
      await choose(labelled(s.type, dialog()), type, true);
      await more();
      await button(s.create_field, dialog());
      await page.getByRole("rowheader", { name, exact: true }).waitFor();
    }

    it("makes an object with five fields, one of them a relation", () =>
      step("object", async () => {
        await page.goto(/\/setup\?token=\S+/.exec(server.printed())[0]);
        for (const [name, value] of [["company", w.company], ["name", w.owner], ["email", "owner@example.com"], ["password", "correct horse battery"]]) await labelled(w.setup[name]).fill(value);
        await button(w.setup.submit);
        await go(s.open);
        await go(s.objects);
        await button(s.new_object);
        await labelled(s.name, dialog()).fill(r.store);
        await button(s.create, dialog());
        await page.waitForURL(/\/settings\/objects\/\w+/);
        await addField(r.area, r.types.number);
        await addField(r.opened, r.types.date);
        await addField(r.grade, r.types.choice, async () => {
          for (const [place, choice] of r.choices.entries()) await labelled(r.choice(place + 1), dialog()).fill(choice);
        });
        await addField(r.manager, r.types.user);
        await addField(r.deal_field, r.types.relation, () => choose(labelled(s.to, dialog()), r.deal, true));
      }));

    it("writes records in its form, with what they lead to", () =>
      step("form", async () => {
        await go(r.deal);
        await page.getByRole("button", { name: r.add, exact: true }).first().click();
        await labelled(r.deal_name).fill("D-1");
        await labelled(r.amount).fill("120000.5");
        await button(r.save);
        await page.keyboard.press("Escape");
        await cell("¥120,000.50").waitFor();
        await go(r.store);
        for (const [name, area] of [[r.first, "320"], [r.second, "80"]]) {
          await page.getByRole("button", { name: r.add, exact: true }).first().click();
          await labelled(r.name).fill(name);
          await labelled(r.area).fill(area);
          if (name === r.first) {
            await choose(labelled(r.grade), r.choices[0], true);
            await choose(labelled(r.deal_field), "D-1", true);
          }
          await button(r.save);
          await page.getByRole("dialog").getByText(name, { exact: true }).first().waitFor();
          await page.keyboard.press("Escape");
        }
        await grid().getByRole("row", { name: r.first }).getByText("D-1").waitFor();
      }));

    it("finds and filters them", () =>
      step("filter", async () => {
        await labelled(r.search).fill(r.second.slice(0, 2));
        await titles().filter({ hasText: r.first }).waitFor({ state: "detached" });
        await labelled(r.search).fill("");
        await button(r.add_filter);
        await choose(labelled(r.field), r.area, true);
        await labelled(r.value).fill("100");
        await button(r.take);
        await titles().filter({ hasText: r.second }).waitFor({ state: "detached" });
        await titles().filter({ hasText: r.first }).waitFor();
        assert.match(new URL(page.url()).searchParams.get("filter"), /at_least/);
        await page.reload();
        await titles().filter({ hasText: r.first }).waitFor();
        assert.equal(await titles().filter({ hasText: r.second }).count(), 0);
      }));

    it("saves what it shows as a view, shared, and comes back to it", () =>
      step("view", async () => {
        await views().click();
        await button(r.save_view);
        await labelled(s.name, dialog()).fill(r.view);
        await labelled(r.share, dialog()).check();
        await button(r.save, dialog());
        const listed = page.getByRole("list", { name: r.views });
        await views().click();
        await button(r.all, listed);
        await titles().filter({ hasText: r.second }).waitFor();
        await views().click();
        await listed.getByRole("button", { name: r.view }).first().click();
        await titles().filter({ hasText: r.second }).waitFor({ state: "detached" });
        await page.getByRole("button", { name: new RegExp(`${r.area} ${r.at_least}`) }).last().click();
        await titles().filter({ hasText: r.second }).waitFor();
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
        await titles().filter({ hasText: r.second }).click();
        await page.getByText(r.history).click();
        const changes = page.getByRole("list", { name: r.history }).getByRole("listitem");
        await changes.nth(2).waitFor();
        await changes.filter({ hasText: r.undid }).getByRole("button", { name: r.undo }).click();
        await page.getByRole("list", { name: r.history }).getByRole("listitem").nth(3).waitFor();
        await page.keyboard.press("Escape");
      }));

    it("changes all of the list at once, and takes that back", () =>
      step("bulk", async () => {
        await button(r.bulk);
        await choose(labelled(r.field, dialog()), r.area, true);
        await labelled(r.set, dialog()).fill("7");
        await button(r.change(2), dialog());
        await dialog().getByText(r.changed_n(2)).waitFor();
        await grid().getByRole("gridcell", { name: "7", exact: true }).nth(1).waitFor();
        await button(r.undo, dialog());
        await cell("81.5").waitFor();
        await dialog().getByText(r.changed_n(2)).waitFor();
        await button(r.done, dialog());
        await dialog().waitFor({ state: "detached" });
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
        await titles().filter({ hasText: r.second }).click();
        await page.getByRole("dialog").getByRole("button", { name: r.trash }).click();
        await titles().filter({ hasText: r.second }).waitFor({ state: "detached" });
        await page.getByRole("dialog").getByRole("button", { name: r.restore }).click();
        await titles().filter({ hasText: r.second }).waitFor();
      }));

    it("drags a card on a board, and takes it back", () =>
      step("board", async () => {
        await go(r.deal);
        await page.getByText(r.board, { exact: true }).click();
        const card = (column) => page.getByRole("region", { name: column, exact: true }).getByRole("button", { name: "D-1" });
        await card(r.none).dragTo(page.getByRole("region", { name: r.won, exact: true }));
        await card(r.won).waitFor();
        await page.getByRole("region", { name: r.won, exact: true }).getByText("¥120,000.50").first().waitFor();
        await page.reload();
        await card(r.won).waitFor();
        await card(r.won).click();
        await page.getByRole("dialog").getByText(r.history).click();
        await page.getByRole("dialog").getByRole("button", { name: r.undo }).first().click();
        await card(r.none).waitFor();
        await page.keyboard.press("Escape");
      }));

    it("is in the API, by the names that the labels suggested", () =>
      step("api", async () => {
        const { items } = await (await page.request.get("/v1/objects")).json();
        const store = items.find((object) => object.label[language] === r.store);
        assert.equal(store.fields.filter((field) => !["owner", "created_at", "changed_at"].includes(field.name)).length, 6);
        const listed = await page.request.post(`/v1/objects/${store.name}/list`, { headers: { "x-jingwei": "1" }, data: { sort: [{ field: "name" }] } });
        const records = (await listed.json()).items;
        assert.deepEqual(new Set(records.map((record) => record.title)), new Set([r.first, r.second]));
      }));

    it("writes nothing wrong to the console", () => assert.deepEqual(browser.wrongs, []));
  });
}
