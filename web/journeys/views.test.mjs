// What a list can look like: columns, orders, groups, charts and a calendar, saved as views and found again.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { ask, hands, setUp } from "./person.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const deals = [
  { name: "D-1", stage: 0, amount: "100", close_on: "2026-06-03" },
  { name: "D-2", stage: 4, amount: "300", close_on: "2026-06-03" },
  { name: "D-3", stage: 4, amount: "50.5", close_on: "2026-06-03" },
  { name: "D-4", stage: 0, amount: "300", close_on: "2026-06-03" },
  { name: "D-5", stage: null, amount: null, close_on: "2026-06-03" },
  { name: "D-6", stage: 4, amount: "7", close_on: "2026-06-10" },
];

for (const language of ["zh", "en"]) {
  const w = words[language];
  const r = w.records;
  const v = w.views;
  describe(`views, ${language}`, () => {
    let server;
    let browser;
    let page;
    let step;
    before(async () => {
      server = await startServer("serve");
      browser = await openBrowser({ base: server.base, language, name: "views", chained: true });
      ({ page, step } = browser);
    });
    after(async () => {
      process.stdout.write(`\nviews, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await server?.stop();
    });

    const { button, dialog, grid, labelled } = hands(() => page);
    const title = (name) => grid().getByRole("row").getByRole("button", { name, exact: true });
    const heads = () => grid().getByRole("columnheader").allInnerTexts();
    const head = (name) => grid().getByRole("columnheader", { name });
    const titles = async () => (await grid().getByRole("row").getByRole("button", { name: /^D-\d$/ }).allInnerTexts()).join(" ");
    const ordered = (wanted) => page.waitForFunction((order) => [...document.querySelectorAll('[role="grid"] [role="row"] button')].map((each) => each.textContent).filter((text) => /^D-\d$/.test(text)).join(" ") === order, wanted);
    /** A search parameter of the address as it comes to be. */
    const shown = (name, value) => page.waitForURL((url) => url.searchParams.get(name) === value);
    const layout = (name) => page.getByText(name, { exact: true }).click();
    const day = (number) => page.getByRole("region", { name: v.day(number), exact: true });
    const entry = (number, name) => day(number).getByRole("button", { name, exact: true });

    it("chooses columns, their order and their width", () =>
      step("columns", async () => {
        await setUp(page, server, w);
        for (const values of deals) await ask(page, "POST", "/v1/objects/deal/records", { values });
        await page.getByRole("navigation").getByRole("link", { name: r.deals, exact: true }).click();
        await title("D-6").waitFor();
        await button(v.columns);
        const menu = page.getByRole("group").filter({ has: page.getByRole("checkbox", { name: v.probability, exact: true }) }).last();
        await menu.getByRole("checkbox", { name: v.probability, exact: true }).uncheck();
        await head(v.probability).waitFor({ state: "detached" });
        await menu.getByRole("button", { name: v.up(v.amount), exact: true }).click();
        await choose(labelled(v.frozen, menu), v.first_two);
        await shown("frozen", "2");
        assert.deepEqual((await heads()).slice(0, 3), [v.name, v.amount, v.stage]);
        await grid().focus();
        const edge = page.getByRole("separator", { name: v.width(v.amount), exact: true });
        await edge.focus();
        await page.keyboard.press("ArrowRight");
        await page.waitForFunction((element) => element.getAttribute("aria-valuenow") === "156", await edge.elementHandle());
        const box = await edge.boundingBox();
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await page.mouse.down();
        await page.mouse.move(box.x + box.width / 2 + 44, box.y + box.height / 2, { steps: 4 });
        await page.mouse.up();
        await page.waitForFunction((element) => element.getAttribute("aria-valuenow") === "200", await edge.elementHandle());
      }));

    it("orders by several fields", () =>
      step("sort", async () => {
        await head(v.amount).getByRole("button").click();
        await head(v.amount).getByRole("button").click();
        await shown("sort", "-amount");
        await head(v.name).getByRole("button").click({ modifiers: ["Shift"] });
        await shown("sort", "-amount,name");
        await ordered("D-2 D-4 D-1 D-3 D-6 D-5");
        await page.getByRole("button", { name: new RegExp(`^${v.sort}`) }).first().click();
        await button(v.turn(v.name));
        await ordered("D-4 D-2 D-1 D-3 D-6 D-5");
      }));

    it("saves that as a view, says when it is changed, and puts it back", () =>
      step("view", async () => {
        await page.getByRole("button", { name: new RegExp(`^${r.views}: `) }).click();
        await button(r.save_view);
        await labelled(w.settings.name, dialog()).fill(v.saved);
        await button(r.save, dialog());
        await dialog().waitFor({ state: "detached" });
        const unsaved = page.getByRole("group", { name: v.changed, exact: true });
        assert.equal(await unsaved.count(), 0);
        await head(v.stage).getByRole("button").click();
        await button(v.back, unsaved);
        await ordered("D-4 D-2 D-1 D-3 D-6 D-5");
        await unsaved.waitFor({ state: "detached" });
        await button(v.group);
        await choose(labelled(v.group_field), v.stage, true);
        await button(v.keep, unsaved);
        await page.getByText(v.kept).waitFor();
        await unsaved.waitFor({ state: "detached" });
        await page.goto("/o/deal");
        await title("D-6").waitFor();
        await page.getByRole("button", { name: new RegExp(`^${r.views}: `) }).click();
        await page.getByRole("list", { name: r.views }).getByRole("button", { name: v.saved, exact: true }).click();
        await page.getByRole("button", { name: v.grouped, exact: true }).waitFor();
        assert.match((await heads())[1], new RegExp(`^${v.amount}`));
      }));

    it("shows groups with what they come to, and closes one", () =>
      step("groups", async () => {
        const group = (name) => grid().getByRole("row").filter({ has: page.getByRole("button", { name: v.close(name), exact: true }) });
        await group(v.contacted).getByText("¥400", { exact: true }).waitFor();
        await group(v.won).getByText("¥357.50", { exact: true }).waitFor();
        await ordered("D-4 D-1 D-2 D-3 D-6 D-5");
        await button(v.close(v.won));
        await title("D-6").waitFor({ state: "detached" });
        await grid().focus();
        await button(v.close(v.contacted));
        await page.keyboard.press("ArrowRight");
        await title("D-1").waitFor();
        assert.equal(await titles(), "D-4 D-1 D-5");
      }));

    it("draws a chart with the same numbers in a table, and narrows the list by a click", () =>
      step("chart", async () => {
        await layout(v.chart);
        await choose(labelled(v.measure), v.sum);
        const data = page.getByRole("table", { name: v.data });
        await data.getByRole("row", { name: v.won }).getByText("¥357.50").waitFor();
        await data.getByRole("row", { name: v.total }).getByText("¥757.50").waitFor();
        const bar = page.getByRole("img", { name: new RegExp(v.sum) }).locator('path[fill="#0b756d"]').first();
        const at = await bar.boundingBox();
        await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
        await title("D-2").waitFor({ state: "detached" });
        await title("D-4").waitFor();
        await page.getByRole("button", { name: v.remove_filter }).click();
        await layout(v.chart);
        await button(v.only(v.won));
        await title("D-4").waitFor({ state: "detached" });
        await title("D-2").waitFor();
        await page.getByRole("button", { name: v.remove_filter }).click();
        await layout(v.chart);
        await page.getByText(v.number, { exact: true }).click();
        await page.getByRole("figure", { name: v.number_words }).getByText("¥757.50").waitFor();
      }));

    it("lays records on a calendar; one is dragged to another day, and taken back", () =>
      step("calendar", async () => {
        await page.goto("/o/deal?view=calendar&calendar=close_on&at=2026-06-15");
        await page.getByRole("heading", { name: v.title, exact: true }).waitFor();
        await day(3).getByRole("button", { name: v.more(3, 2), exact: true }).waitFor();
        await entry(10, "D-6").dragTo(day(17));
        await entry(17, "D-6").waitFor();
        await button(v.undo);
        await page.getByText(v.undone).waitFor();
        await entry(10, "D-6").focus();
        await page.keyboard.press("Alt+ArrowDown");
        await entry(17, "D-6").waitFor();
        await page.keyboard.press("Alt+ArrowRight");
        await entry(18, "D-6").waitFor();
        await day(24).hover();
        await button(v.add_on(24));
        await page.waitForFunction(([label]) => [...document.querySelectorAll("label")].find((each) => each.textContent === label)?.control?.value === "2026-06-24", [v.close_on]);
        await labelled(r.deal_name).fill("D-7");
        await button(r.save);
        await entry(24, "D-7").waitFor();
        await page.keyboard.press("Escape");
        await day(3).getByRole("button", { name: v.more(3, 2), exact: true }).click();
        await title("D-6").waitFor({ state: "detached" });
        await title("D-4").waitFor();
      }));

    it("asks for what a choice wants before a card is dropped on it", () =>
      step("wanted", async () => {
        await page.goto("/settings/objects/deal");
        await button(v.edit_stage);
        await choose(labelled(v.wanted(5), dialog()), v.region, true);
        await dialog().getByText(v.edit_stage, { exact: true }).click();
        await button(r.save, dialog());
        await dialog().waitFor({ state: "detached" });
        await page.goto("/o/deal?view=board");
        const card = (column, name) => page.getByRole("region", { name: column, exact: true }).getByRole("button", { name });
        await card(r.none, "D-5").dragTo(page.getByRole("region", { name: v.won, exact: true }));
        await choose(labelled(`${v.region} *`, dialog()), v.east, true);
        await button(r.save, dialog());
        await card(v.won, "D-5").waitFor();
        await page.reload();
        await card(v.won, "D-5").waitFor();
        await page.goto("/o/deal?view=board&group=region");
        await card(new RegExp(`^${v.east}$`, "i"), "D-5").waitFor(); // alone a label has a capital
      }));

    it("draws rows dense or roomy, as this browser likes it", () =>
      step("density", async () => {
        await page.goto("/o/deal");
        const height = (wanted) => page.waitForFunction((px) => {
          const [first, second] = [...document.querySelectorAll('[role="grid"] [role="row"]')].slice(1, 3).map((row) => row.getBoundingClientRect());
          return first?.height === px && second?.top - first?.top === px;
        }, wanted);
        await height(40);
        await button(v.dense);
        await height(30);
        await page.reload();
        await height(30);
        await button(v.roomy);
        await height(40);
      }));

    it("tells of a record that may be the same while one is typed", () =>
      step("similar", async () => {
        await page.goto("/o/deal");
        await page.getByRole("button", { name: r.add, exact: true }).first().click();
        await labelled(r.deal_name).fill("d-3");
        await page.getByRole("status", { name: v.similar }).getByRole("link", { name: "D-3", exact: true }).waitFor();
        await labelled(r.deal_name).fill("something else");
        await page.getByRole("status", { name: v.similar }).waitFor({ state: "detached" });
        await button(v.cancel, dialog());
        await dialog().waitFor({ state: "detached" });
      }));

    it("keeps a view and a record at hand", () =>
      step("favourites", async () => {
        const menu = page.getByRole("region", { name: v.favourites, exact: true });
        await title("D-6").click();
        await button(v.star("D-6"), dialog());
        await menu.getByRole("link", { name: "D-6", exact: true }).waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: new RegExp(`^${r.views}: `) }).click();
        await button(v.star(v.saved), page.getByRole("list", { name: r.views }));
        await page.goto("/o/lead");
        await menu.getByRole("link", { name: v.saved, exact: true }).click();
        await page.getByRole("button", { name: v.grouped, exact: true }).waitFor();
        await button(v.recent);
        await page.getByRole("region", { name: v.recent, exact: true }).getByRole("link", { name: "D-6", exact: true }).click();
        await button(v.unstar("D-6"), dialog());
        await menu.getByRole("link", { name: "D-6", exact: true }).waitFor({ state: "detached" });
        await page.keyboard.press("Escape");
      }));

    it("is an agenda on a phone", () =>
      step("phone", async () => {
        await page.setViewportSize({ width: 390, height: 844 });
        await page.goto("/o/deal?view=calendar&calendar=close_on&at=2026-06-15");
        await entry(18, "D-6").waitFor();
        assert.equal(await day(5).isVisible(), false, "a day without records is left out");
        await button(v.next);
        await page.getByRole("heading", { name: v.july, exact: true }).waitFor();
      }));

    it("writes nothing wrong to the console", () => assert.deepEqual(browser.wrongs, []));
  });
}
