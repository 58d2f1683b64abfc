// One search over everything: by keyboard, by parts, pinyin and digits, by object, what was opened last, and what to do when nothing is found.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { setUp } from "./person.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const leads = [
  { name: "张三丰", phone: "+86 138-1234-5678", email: "feng@wudang.org", company: "武当国际", note: "要求退款" },
  { name: "张三", company: "华兴科技" },
  { name: "Zoe International", company: "Harbour" },
  ...["一", "二", "三", "四", "五", "六"].map((number) => ({ name: `晨曦${number}店` })),
];

for (const language of ["zh", "en"]) {
  const w = words[language];
  const s = w.search_all;
  describe(`search, ${language}`, () => {
    let server;
    let browser;
    let page;
    let step;
    before(async () => {
      server = await startServer("serve");
      browser = await openBrowser({ base: server.base, language, name: "search", chained: true });
      ({ page, step } = browser);
    });
    after(async () => {
      process.stdout.write(`\nsearch, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await server?.stop();
    });

    const box = () => page.getByRole("combobox", { name: s.box });
    const options = () => page.getByRole("listbox", { name: s.label }).getByRole("option");
    const add = (object, values) => page.evaluate(([path, body]) => fetch(path, { method: "POST", headers: { "content-type": "application/json", "x-jingwei": "1" }, body: JSON.stringify({ values: body }) }).then((answer) => answer.json()), [`/v1/objects/${object}/records`, values]);
    async function open() {
      await page.getByRole("main").waitFor();
      await page.keyboard.press("ControlOrMeta+k");
      await box().waitFor();
    }
    /** Waits until the options are these, by what they begin with. */
    async function shows(expected) {
      const end = Date.now() + 8_000;
      let found = [];
      do {
        found = await options().allInnerTexts();
        if (found.length === expected.length && expected.every((text, place) => found[place].startsWith(text))) return;
        await page.waitForTimeout(50);
      } while (Date.now() < end);
      assert.deepEqual(found, expected);
    }

    it("finds records by parts, pinyin, digits and mistyped words", () =>
      step("find", async () => {
        await setUp(page, server, w);
        for (const values of leads) await add("lead", values);
        await add("deal", { name: "张三丰的年度框架" });
        await open();
        for (const [typed, expected] of [
          ["三丰", ["张三丰的年度框架", "张三丰"]],
          ["5678", ["张三丰"]],
          ["wudang.org", ["张三丰"]],
          ["internatoinal", ["Zoe International"]],
          ["退款", ["张三丰"]],
        ]) {
          await box().fill(typed);
          await shows(expected);
        }
        assert.equal(await options().first().locator("mark").innerText(), "退款");
        await page.getByText(s.note, { exact: false }).first().waitFor();
      }));

    it("puts what is called so first, in groups, and opens it by keyboard", () =>
      step("keyboard", async () => {
        await box().fill("zs");
        await shows(["张三", "张三丰", "张三丰的年度框架"]);
        await page.getByText(s.lead, { exact: true }).last().waitFor();
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowDown");
        await page.keyboard.press("ArrowUp");
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/o\/lead\?record=/);
        await page.getByRole("dialog").getByText("张三丰", { exact: true }).first().waitFor();
      }));

    it("shows what was opened last before anything is typed", () =>
      step("recent", async () => {
        await page.goto("/o/deal");
        await open();
        await page.getByRole("listbox").getByText(s.recent, { exact: true }).waitFor();
        assert.match(await options().first().innerText(), /张三丰/);
        await page.keyboard.press("Enter");
        await page.waitForURL(/\/o\/lead\?record=/);
      }));

    it("goes on within one object", () =>
      step("within", async () => {
        await page.goto("/o/deal");
        await open();
        await box().fill("晨曦");
        await options().filter({ hasText: s.more }).click();
        await page.getByRole("button", { name: s.everywhere }).waitFor();
        await shows(["六", "五", "四", "三", "二", "一"].map((number) => `晨曦${number}店`));
        await box().fill("");
        await page.keyboard.press("Backspace");
        await page.getByRole("button", { name: s.everywhere }).waitFor({ state: "detached" });
      }));

    it("says what to do when nothing is found, and finds it once it is there", () =>
      step("nothing", async () => {
        await box().fill("独一无二");
        await page.getByText(s.none, { exact: false }).waitFor();
        await add("deal", { name: "独一无二的商机" });
        await box().fill("独一无");
        await shows(["独一无二的商机"]);
        await page.keyboard.press("Escape");
      }));

    it("works on a phone", () =>
      step("phone", async () => {
        await page.setViewportSize({ width: 390, height: 844 });
        await page.getByRole("button", { name: s.open }).click();
        await box().fill("zsf");
        await shows(["张三丰", "张三丰的年度框架"]);
        await options().first().click();
        await page.waitForURL(/\/o\/lead\?record=/);
        assert.deepEqual(browser.wrongs, []);
      }));
  });
}
