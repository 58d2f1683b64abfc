// One way through it all: in by a passkey, an object of one's own used everywhere within seconds, a view shared, a board, the keyboard alone,
// many changed at once, and a role that sees one region, seen as the one who has it, and explained.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { addDevice, addField, ask, fillChoices, hands, join, makeObject, password, roleNamed, setUp } from "./person.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const own = {
  zh: {
    project: "装修项目", projects: "装修项目", region: "区域", regions: ["华东", "华南"], stage: "阶段", stages: ["量房", "施工", "验收"], budget: "预算", begins: "开工日期", urgent: "加急", manager: "项目经理", deal: "来源商机",
    types: { choice: "单选", money: "金额", date: "日期", bool: "是或否", user: "成员", relation: "关联记录" }, date: "2026年7月1日", yes: "是",
    first: "静安寺旗舰店", south: "天河城店", by_related: "按关联记录", way: "关联", amount: "金额", has: "有 来源商机 （1 个条件）", view: "华东项目", 
    sees_role: "华东项目组", reads: "查看装修项目", writes: "修改装修项目", counted: (n) => `共 ${n} 条`, condition: "符合角色的条件：区域 是 华东", condition_not: "不符合角色的条件：区域 是 华东",
  },
  en: {
    project: "Project", projects: "Projects", region: "Region", regions: ["East", "South"], stage: "Stage", stages: ["Survey", "Building", "Handed over"], budget: "Budget", begins: "Starts on", urgent: "Urgent", manager: "Manager", deal: "Deal behind it",
    types: { choice: "Choice", money: "Money", date: "Date", bool: "Yes or no", user: "Member", relation: "Relation" }, date: "1 Jul 2026", yes: "yes",
    first: "West Street flagship", south: "Harbour corner", by_related: "By related records", way: "Relation", amount: "Amount", has: "has Deal behind it (1 condition)", view: "Projects in the east", 
    sees_role: "Projects east", reads: "See: Project", writes: "Change: Project", counted: (n) => `${n} records`, condition: "it passes the role's condition: Region is East", condition_not: "it does not pass the role's condition: Region is East",
  },
};

const colleague = "李雷";
const phone = { width: 390, height: 844 };

for (const language of ["zh", "en"]) {
  const w = words[language];
  const [d, o, r, s, v] = [w.door, own[language], w.records, w.settings, w.views];
  describe(`a tour, ${language}`, () => {
    let server;
    let browser;
    let other;
    let page;
    let theirs;
    let step;
    let object;
    before(async () => {
      server = await startServer("serve");
      const base = server.base.replace("127.0.0.1", "localhost"); // passkeys want a name, not a number
      browser = await openBrowser({ base, language, name: "tour", chained: true });
      other = await openBrowser({ base, language, name: "tour-other", chained: true });
      ({ page, step } = browser);
      theirs = other.page;
    });
    after(async () => {
      process.stdout.write(`\na tour, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await other?.close();
      await server?.stop();
    });

    const { button, closePanel, dialog, go, grid, labelled, titles } = hands(() => page);
    const cell = (name) => grid().getByRole("gridcell", { name, exact: true });
    const column = (name) => page.getByRole("region", { name, exact: true });
    const card = (within, name) => column(within).getByRole("button", { name });
    const layout = (name) => page.getByText(name, { exact: true }).click();
    const add = (values) => ask(page, "POST", `/v1/objects/${object}/records`, { values });
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    /** The list holds these and no others, in any order. */
    async function shows(...names) {
      await titles().nth(names.length).waitFor({ state: "detached" });
      for (const name of names) await titles(name).waitFor();
    }

    /** Pictures of what is open, in the dark and on a phone. */
    async function look(name) {
      const shot = (kind) => page.screenshot({ path: `${import.meta.dirname}/out/tour-${language}-look-${name}-${kind}.png` });
      await page.emulateMedia({ colorScheme: "dark" });
      await shot("dark");
      await page.emulateMedia({ colorScheme: "light" });
      const size = page.viewportSize();
      await page.setViewportSize(phone);
      await shot("phone");
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      await page.setViewportSize(size);
      assert.ok(wide <= phone.width, `${name} is ${wide} wide on a phone`);
    }

    it("signs in with a passkey", () =>
      step("passkey", async () => {
        await setUp(page, server, w);
        await addDevice(page);
        await page.goto("/settings/account");
        await button(d.add_passkey);
        await labelled(d.passkey_name, dialog()).fill(d.laptop);
        await labelled(d.password, dialog()).fill(password);
        await button(d.create, dialog());
        await page.getByText(d.laptop, { exact: true }).waitFor();
        await button(w.switch.account);
        await page.getByText(w.switch.out, { exact: true }).click();
        await button(d.with_passkey);
        await page.getByRole("heading", { name: w.empty.customers }).waitFor();
      }));

    it("makes an object with fields of many types, one of which leads to another object", () =>
      step("object", async () => {
        await makeObject(page, w, o.project);
        object = new URL(page.url()).pathname.split("/").at(-1);
        const choices = (labels) => () => fillChoices(page, w, labels);
        await addField(page, w, o.region, o.types.choice, choices(o.regions));
        await addField(page, w, o.stage, o.types.choice, choices(o.stages));
        await addField(page, w, o.budget, o.types.money);
        await addField(page, w, o.begins, o.types.date);
        await addField(page, w, o.urgent, o.types.bool);
        await addField(page, w, o.manager, o.types.user);
        await addField(page, w, o.deal, o.types.relation, () => choose(labelled(s.to, dialog()), r.deal, true));
        await look("object");
      }));

    it("has it in the menu at once, and a form that writes all of it", () =>
      step("form", async () => {
        for (const values of [{ name: "D-1", amount: "900000" }, { name: "D-2", amount: "100" }]) await ask(page, "POST", "/v1/objects/deal/records", { values });
        const made = performance.now();
        await button(s.list);
        await page.getByRole("button", { name: r.add, exact: true }).first().click();
        await labelled(r.name, dialog()).fill(o.first);
        await choose(labelled(o.region, dialog()), o.regions[0], true);
        await choose(labelled(o.stage, dialog()), o.stages[0], true);
        await labelled(o.budget, dialog()).fill("120000.5");
        await labelled(o.begins, dialog()).fill("2026-07-01");
        await labelled(o.urgent, dialog()).check();
        await choose(labelled(o.manager, dialog()), w.owner, true);
        await choose(labelled(o.deal, dialog()), "D-1", true);
        await look("form");
        await button(r.save, dialog());
        await dialog().getByText("¥120,000.50", { exact: true }).waitFor();
        await look("panel");
        await closePanel();
        const row = grid().getByRole("row", { name: o.first });
        await row.getByRole("img", { name: o.yes, exact: true }).waitFor();
        for (const text of [o.regions[0], o.stages[0], "¥120,000.50", w.owner, "D-1"]) await row.getByText(text).first().waitFor();
        assert.ok(performance.now() - made < 20_000, "used within seconds");
      }));

    it("finds it by a condition, by one on what it leads to, and by its name", () =>
      step("find", async () => {
        const { items } = await ask(page, "POST", "/v1/objects/deal/list", {});
        const deal = (name) => items.find((each) => each.title === name).id;
        const { fields } = (await ask(page, "GET", "/v1/objects")).items.find((each) => each.name === object);
        const named = (label) => fields.find((field) => field.label[language] === label).name;
        const values = (name, region, stage, budget, to) => ({ name, [named(o.region)]: region, [named(o.stage)]: stage, [named(o.budget)]: budget, [named(o.deal)]: to });
        for (const row of [values(o.south, 1, 0, "80000", deal("D-1")), values("P-3", 0, 1, "5000", deal("D-2")), values("P-4", 0, 0, "700", null), values("P-5", 1, 2, "60", null)]) await add(row);
        await shows(o.first, o.south, "P-3", "P-4", "P-5"); // without a reload
        await button(r.add_filter);
        await choose(labelled(r.field), o.region, true);
        await choose(labelled(r.value), o.regions[0], true);
        await button(r.take);
        await shows(o.first, "P-3", "P-4");
        await button(o.by_related);
        await choose(labelled(o.way), o.deal, true);
        const popover = page.locator(".ant-popover").filter({ visible: true });
        await popover.last().getByRole("button", { name: r.add_filter, exact: true }).click();
        await choose(labelled(r.field), o.amount, true);
        await labelled(r.value).fill("1000");
        await button(r.take, popover.last());
        await button(r.take, popover.first());
        await page.getByRole("button", { name: o.has, exact: true }).waitFor();
        await shows(o.first);
        await labelled(r.search).fill(o.first.slice(0, 3));
        await shows(o.first);
        await labelled(r.search).fill("P-3");
        await page.getByRole("heading", { name: w.records.none_match }).waitFor();
        await labelled(r.search).fill("");
        await shows(o.first);
        await page.keyboard.press("ControlOrMeta+k");
        await page.getByRole("combobox", { name: w.search_all.box }).fill(o.first);
        await page.getByRole("listbox", { name: w.search_all.label }).getByRole("option", { name: o.first }).first().waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("combobox", { name: w.search_all.box }).waitFor({ state: "hidden" });
      }));

    it("answers over the API with a key", () =>
      step("api", async () => {
        await page.goto("/settings/keys");
        await page.getByRole("button", { name: s.new_key }).first().click();
        await labelled(s.name, dialog()).fill("BI");
        await choose(labelled(s.role, dialog()), s.reader);
        await button(s.create_key, dialog());
        const secret = await dialog().getByText(/^jwa_/).innerText();
        await button(s.saved);
        const answer = await fetch(`${server.base}/v1/objects/${object}/list`, { method: "POST", headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" }, body: JSON.stringify({ q: o.first }) });
        const { items } = await answer.json();
        assert.deepEqual(items.map(({ title }) => title), [o.first]);
        const found = Object.values(items[0].values);
        for (const value of [0, "120000.5", "2026-07-01", true]) assert.ok(found.includes(value), `${value} of ${found}`);
      }));

    it("saves what the list shows as a view, which a colleague has too", () =>
      step("view", async () => {
        const { id: role } = await roleNamed(page, "en", "Sales and service");
        await join(page, server, { as: "lilei@example.com", name: colleague, role }, theirs);
        await go(o.projects);
        await button(r.add_filter);
        await choose(labelled(r.field), o.region, true);
        await choose(labelled(r.value), o.regions[0], true);
        await button(r.take);
        await button(o.budget); // and by budget
        await page.waitForURL(/sort=/);
        await page.getByRole("button", { name: new RegExp(`^${r.views}: `) }).click();
        await button(r.save_view);
        await labelled(s.name, dialog()).fill(o.view);
        await labelled(r.share, dialog()).check();
        await look("save");
        await button(r.save, dialog());
        await page.getByRole("button", { name: `${r.views}: ${o.view}`, exact: true }).waitFor();
        const them = hands(() => theirs);
        await theirs.goto("/");
        await them.go(o.projects);
        await them.titles("P-5").waitFor();
        await theirs.getByRole("button", { name: new RegExp(`^${r.views}: `) }).click();
        await theirs.getByRole("list", { name: r.views }).getByRole("button", { name: o.view }).first().click();
        await them.titles("P-5").waitFor({ state: "detached" });
        assert.deepEqual(await them.titles().allInnerTexts(), ["P-4", "P-3", o.first]);
      }));

    it("stands as a board by the stage; a card is dragged on", () =>
      step("board", async () => {
        await go(o.projects);
        await layout(r.board);
        await button(v.grouped_by(o.region));
        await choose(labelled(v.group_field), o.stage, true);
        const [survey, building] = o.stages;
        await column(survey).getByText("¥200,700.50", { exact: true }).waitFor();
        await card(survey, o.first).dragTo(column(building));
        await column(building).getByText("¥125,000.50", { exact: true }).waitFor();
        await column(survey).getByText("¥80,700", { exact: true }).waitFor();
        await look("board");
        await page.reload();
        await card(building, o.first).waitFor();
        await column(building).getByText("¥125,000.50", { exact: true }).waitFor();
        await theirs.reload();
        await hands(() => theirs).grid().getByRole("row", { name: o.first }).getByText(building, { exact: true }).waitFor();
      }));

    it("is edited in the grid by the keyboard alone", () =>
      step("keyboard", async () => {
        await go(o.projects);
        await button(o.budget);
        await page.waitForURL(/sort=/);
        await shows("P-5", "P-4", "P-3", o.south, o.first);
        await grid().focus();
        await press("ArrowDown", "ArrowRight", "ArrowRight", "Enter"); // the stage of P-4
        await page.keyboard.type(o.stages[2]);
        await press("Enter");
        await grid().getByRole("combobox").waitFor({ state: "detached" });
        await grid().getByRole("row", { name: "P-4" }).getByText(o.stages[2], { exact: true }).waitFor();
        await press("ArrowUp", "ArrowRight", "Enter", "ControlOrMeta+a"); // and its budget
        await page.keyboard.type("701.5");
        await press("Enter");
        await cell("¥701.50").waitFor();
        await press("Enter", "ControlOrMeta+a"); // of the one below
        await page.keyboard.type("5001");
        await press("Tab");
        await cell("¥5,001").waitFor();
        await press("Enter"); // and its first day
        await page.keyboard.press("Escape");
        await press("Delete", "ArrowRight", "Enter", "Space"); // urgent
        await grid().getByRole("row", { name: "P-3" }).getByRole("img", { name: o.yes, exact: true }).waitFor();
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("role")), "grid", "the keyboard is still in the grid");
        await page.getByRole("button", { name: r.undo }).nth(1).waitFor({ state: "detached" }); // one toast, however much was changed
      }));

    it("changes all that match at once, and takes it back", () =>
      step("bulk", async () => {
        await button(r.add_filter);
        await choose(labelled(r.field), o.region, true);
        await choose(labelled(r.value), o.regions[0], true);
        await button(r.take);
        await shows("P-4", "P-3", o.first);
        await button(r.bulk);
        await choose(labelled(r.field, dialog()), o.stage, true);
        await choose(labelled(r.set, dialog()), o.stages[0], true);
        await look("bulk");
        await button(r.change(3), dialog());
        await dialog().getByText(r.changed_n(3)).waitFor();
        await grid().getByRole("gridcell", { name: o.stages[0], exact: true }).nth(2).waitFor();
        await button(r.undo, dialog());
        await grid().getByRole("row", { name: "P-3" }).getByText(o.stages[1], { exact: true }).waitFor();
        await grid().getByRole("row", { name: "P-4" }).getByText(o.stages[2], { exact: true }).waitFor();
        await dialog().getByText(r.changed_n(3)).waitFor();
        await button(r.done, dialog());
        await dialog().waitFor({ state: "detached" });
      }));

    it("makes a role that sees one region, and gives it to the colleague", () =>
      step("role", async () => {
        await go(s.open);
        await go(s.roles);
        await button(s.new_role);
        await labelled(s.name, dialog()).fill(o.sees_role);
        await choose(labelled(s.except, dialog()), o.project, true);
        await choose(labelled(o.reads, dialog()), s.some);
        await choose(labelled(o.writes, dialog()), s.none);
        await button(r.add_filter, dialog());
        await choose(labelled(r.field), o.region, true);
        await choose(labelled(r.value), o.regions[0], true);
        await button(r.take);
        await look("role");
        await button(s.save, dialog());
        await page.getByRole("columnheader", { name: o.sees_role }).waitFor();
        await go(s.people);
        await choose(labelled(s.role_of), o.sees_role);
        await page.getByRole("row", { name: colleague }).getByText(o.sees_role).filter({ visible: true }).waitFor();
      }));

    it("sees what they see: the region in list, count, board and search, and nothing else", () =>
      step("see as", async () => {
        await go(s.people);
        await button(s.see_as);
        await page.getByText(s.seen, { exact: true }).waitFor();
        await go(o.projects);
        await shows("P-3", "P-4", o.first);
        await page.getByText(o.counted(3), { exact: true }).waitFor();
        assert.equal(await page.getByRole("button", { name: r.add, exact: true }).count(), 0);
        await look("seen");
        await labelled(r.search).fill(o.south);
        await page.getByRole("heading", { name: r.none_match }).waitFor();
        await labelled(r.search).fill("");
        await shows("P-3", "P-4", o.first);
        await layout(r.board);
        await button(v.grouped_by(o.region));
        await choose(labelled(v.group_field), o.stage, true);
        await card(o.stages[1], o.first).waitFor();
        await column(o.stages[1]).getByText("¥125,001.50", { exact: true }).waitFor();
        await column(o.stages[0]).getByText("0", { exact: true }).waitFor();
        assert.equal(await page.getByRole("button", { name: o.south }).count(), 0);
        await page.keyboard.press("ControlOrMeta+k");
        const found = page.getByRole("listbox", { name: w.search_all.label }).getByRole("option");
        await page.getByRole("combobox", { name: w.search_all.box }).fill(o.first);
        await found.filter({ hasText: o.first }).first().waitFor();
        await page.getByRole("combobox", { name: w.search_all.box }).fill(o.south);
        await page.getByText(w.search_all.none).waitFor();
        await page.keyboard.press("Escape");
        await button(s.end_seeing);
        await page.getByRole("rowheader", { name: colleague }).waitFor();
      }));

    it("says by which rule they see one and not the other", () =>
      step("why", async () => {
        await go(o.projects);
        for (const [name, answer, because] of [[o.first, s.sees, o.condition], [o.south, s.sees_not, o.condition_not]]) {
          await titles(name).click();
          await choose(labelled(s.who, dialog()), colleague);
          await dialog().getByText(answer).waitFor();
          await dialog().getByText(because, { exact: false }).first().waitFor();
          if (name === o.first) await look("why");
          await closePanel();
        }
      }));

    it("asks by what records lead to on a phone too, within its width", () =>
      step("phone", async () => {
        await page.setViewportSize(phone);
        await go(o.projects);
        await button(o.by_related);
        const popovers = page.locator(".ant-popover").filter({ visible: true });
        await popovers.getByRole("button", { name: r.add_filter, exact: true }).click();
        await labelled(r.field).waitFor();
        for (const popover of await popovers.all()) {
          const { x, width } = await popover.boundingBox();
          assert.ok(x >= 0 && x + width <= phone.width, `from ${x}, ${width} wide`);
        }
      }));

    it("writes nothing wrong to the console", () => assert.deepEqual([...browser.wrongs, ...other.wrongs], []));
  });
}
