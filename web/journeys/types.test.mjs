// Fields of every sort: a formula tried as it is typed, a rollup kept true, tags, an address, a relation to several; and a field that changes its type.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { addField, hands, setUp } from "./person.mjs";
import { choose } from "./select.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const own = {
  zh: {
    formula: "公式", rollup: "汇总", tags: "标签", address: "地址", several: "关联多条记录", text: "单行文本", amount_type: "金额",
    weighted: "加权金额", means: "理解为：金额 × 赢率（结果是金额）", wrong: "第 6 个字符：没有字段「没有」", quoted: "已报价", from: "汇总哪些记录", way: "报价单（按「商机」关联）", how: "怎样汇总", sum: "求和", of: "汇总哪个字段", only: "只算满足条件的（可不填）", condition: "状态 = \"已接受\"",
    labels: "标记", place: "所在地", city: "城市", street: "街道门牌", wanted: "意向产品", deals: "商机", products: "产品", quotes: "报价单", product: "产品", product_name: "产品名称 *", deal: "商机", quote: "报价单", quote_name: "报价单名称 *", probability: "赢率", amount: "金额", status: "状态", accepted: "已接受", where: "苏州 星湖街 328 号", one_of: "是其中之一",
    by_related: "按关联记录", way_label: "关联", way_from: "报价单（其「商机」指向这里）", has: "有 报价单（其「商机」指向这里） （1 个条件）", there_is_none: "没有符合条件的",
    size: "规模", edit: (name) => `修改${name}`, convert: "更改类型…", to: (from) => `由${from}改为`, told: "2 条记录有值：保留 1 条，丢失 1 条。", do: "更改类型", changed: "已修改 1 条", done: "完成", pending: "正在计算",
  },
  en: {
    formula: "Formula", rollup: "Rollup", tags: "Tags", address: "Address", several: "Relation to several", text: "Text", amount_type: "Money",
    weighted: "Weighted", means: "Understood as: amount * probability (it comes to: Money)", wrong: "at character 10: there is no field 'nothing'", quoted: "Quoted", from: "Which records", way: "Quote (by “Deal”)", how: "What is made of them", sum: "Sum", of: "Of which field", only: "Only those for which this is true (optional)", condition: "status = \"accepted\"",
    labels: "Marks", place: "Place", city: "City", street: "Street", wanted: "Wanted products", deals: "Deals", products: "Products", quotes: "Quotes", product: "Product", product_name: "Product name *", deal: "Deal", quote: "Quote", quote_name: "Quote name *", probability: "Probability", amount: "Amount", status: "Status", accepted: "accepted", where: "星湖街 328 号, 苏州", one_of: "is one of",
    by_related: "By related records", way_label: "Relation", way_from: "Quote (whose “Deal” leads here)", has: "has Quote (whose “Deal” leads here) (1 condition)", there_is_none: "There is none",
    size: "Size", edit: (name) => `Edit ${name}`, convert: "Change the type…", to: (from) => `From ${from} to`, told: "2 records have a value: 1 are kept, 1 are lost.", do: "Change the type", changed: "1 changed", done: "Done", pending: "Being computed",
  },
};

for (const language of ["zh", "en"]) {
  const w = words[language];
  const [s, r, o] = [w.settings, w.records, own[language]];
  describe(`types of fields, ${language}`, () => {
    let server;
    let browser;
    let page;
    let step;
    before(async () => {
      server = await startServer("serve");
      browser = await openBrowser({ base: server.base, language, name: "types", chained: true });
      ({ page, step } = browser);
    });
    after(async () => {
      process.stdout.write(`\ntypes, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await server?.stop();
    });

    const { button, dialog, go, grid, labelled, titles } = hands(() => page);

    async function objectPage(object) {
      await go(s.open);
      await go(s.objects);
      await page.getByRole("table").getByRole("link", { name: object, exact: true }).click();
      await page.waitForURL(/\/settings\/objects\/\w+/);
    }

    async function add(object, values) {
      await go(object);
      await page.getByRole("button", { name: r.add, exact: true }).first().click();
      await values();
      await button(r.save);
      await page.waitForURL(/record=/);
      await dialog().getByRole("radio").first().waitFor({ state: "attached" }); // the record's own panel, and no longer the form
      await dialog().locator(".ant-drawer-close").click();
      await dialog().waitFor({ state: "hidden" });
    }

    it("tries a formula as it is typed, and makes the fields", () =>
      step("fields", async () => {
        await setUp(page, server, w);
        await add(o.deals, async () => {
          await labelled(r.deal_name).fill("D-1");
          await labelled(o.amount).fill("20000");
          await labelled(o.probability).fill("30");
        });
        await objectPage(o.deal);
        await addField(page, w, o.weighted, o.formula, async () => {
          const wrong = language === "zh" ? "金额 × 没有" : "amount * nothing";
          await labelled(o.formula, dialog()).fill(wrong);
          await dialog().getByText(o.wrong).waitFor();
          await labelled(o.formula, dialog()).fill("金额 × 赢率");
          await dialog().getByText(o.means).waitFor();
          await dialog().getByText("¥6,000").waitFor();
        });
        await addField(page, w, o.quoted, o.rollup, async () => {
          await choose(labelled(o.from, dialog()), o.way, true);
          await choose(labelled(o.how, dialog()), o.sum);
          await choose(labelled(o.of, dialog()), o.amount, true);
          await labelled(o.only, dialog()).fill(o.condition);
        });
        await addField(page, w, o.labels, o.tags);
        await addField(page, w, o.place, o.address);
        await addField(page, w, o.wanted, o.several, () => choose(labelled(s.to, dialog()), o.product, true));
        await addField(page, w, o.size, o.text);
        await page.getByText(o.pending).waitFor({ state: "detached" });
      }));

    it("fills them in, and what follows is true at once", () =>
      step("records", async () => {
        for (const name of ["P-1", "P-2"]) await add(o.products, () => labelled(o.product_name).fill(name));
        await add(o.deals, async () => {
          await labelled(r.deal_name).fill("D-2");
          await labelled(o.amount).fill("500");
          await labelled(o.labels).click();
          await page.keyboard.type("VIP,");
          await page.keyboard.type("老客");
          await page.keyboard.press("Enter");
            await labelled(o.city).fill("苏州");
          await labelled(o.street).fill("星湖街 328 号");
          for (const product of ["P-1", "P-2"]) await choose(labelled(o.wanted), product, true);
          await labelled(o.size).fill("1,200");
        });
        await add(o.quotes, async () => {
          await labelled(o.quote_name).fill("Q-1");
          await choose(labelled(o.deal, dialog()), "D-2", true);
          await choose(labelled(o.status, dialog()), o.accepted, true);
          await labelled(o.amount).fill("120.5");
        });
        await go(o.deals);
        await titles().filter({ hasText: "D-2" }).click();
        const panel = page.getByRole("dialog");
        for (const text of ["¥120.50", "VIP", "老客", o.where, "P-1", "P-2"]) await panel.getByText(text, { exact: text !== o.where }).first().waitFor();
        await page.keyboard.press("Escape");
      }));

    it("filters by a tag that is there", () =>
      step("filter", async () => {
        await button(r.add_filter);
        await choose(labelled(r.field), o.labels, true);
        const value = labelled(r.value);
        await value.click();
        await page.keyboard.type("vip");
        await page.keyboard.press("Enter");
        await page.locator(".ant-popover form").click({ position: { x: 2, y: 2 } });
        await button(r.take);
        await titles().filter({ hasText: "D-1" }).waitFor({ state: "detached" });
        await titles().filter({ hasText: "D-2" }).waitFor();
        assert.match(new URL(page.url()).searchParams.get("filter"), /one_of/);
      }));

    it("filters by what leads here, and by what does not", () =>
      step("related", async () => {
        await go(o.deals);
        await titles().filter({ hasText: "D-1" }).waitFor();
        await button(o.by_related);
        await choose(labelled(o.way_label), o.way_from, true);
        const popover = page.locator(".ant-popover").last();
        await popover.getByRole("button", { name: r.add_filter, exact: true }).click();
        await choose(labelled(r.field), o.amount, true);
        await labelled(r.value).fill("100");
        await page.locator(".ant-popover").last().getByRole("button", { name: r.take, exact: true }).click();
        await page.locator(".ant-popover").first().getByRole("button", { name: r.take, exact: true }).click();
        await titles().filter({ hasText: "D-1" }).waitFor({ state: "detached" });
        await titles().filter({ hasText: "D-2" }).waitFor();
        await button(o.has);
        await page.getByText(o.there_is_none, { exact: true }).click();
        await page.locator(".ant-popover").first().getByRole("button", { name: r.take, exact: true }).click();
        await titles().filter({ hasText: "D-2" }).waitFor({ state: "detached" });
        await titles().filter({ hasText: "D-1" }).waitFor();
      }));

    it("changes what a field holds, having said what would be lost", () =>
      step("convert", async () => {
        await add(o.deals, async () => {
          await labelled(r.deal_name).fill("D-3");
          await labelled(o.size).fill("很多");
        });
        await objectPage(o.deal);
        await button(o.edit(o.size));
        await button(o.convert, dialog());
        await choose(labelled(o.to(o.text), dialog()), o.amount_type, true);
        await dialog().getByText(o.told).waitFor();
        await dialog().getByText("很多").waitFor();
        await button(o.do, dialog());
        await dialog().getByText(o.changed).waitFor();
        await button(o.done, dialog());
        await go(o.deals);
        await grid().getByRole("gridcell").getByRole("button").first().filter({ hasText: "D-2" }).waitFor(); // changed last
        await titles().filter({ hasText: "D-2" }).click();
        await page.getByRole("dialog").getByText("¥1,200", { exact: true }).waitFor();
        assert.deepEqual(browser.wrongs.filter((wrong) => !wrong.includes("422")), []);
      }));
  });
}
