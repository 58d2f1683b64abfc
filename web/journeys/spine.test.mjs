// From a fresh server to an exported customer: sentence, question, preview, on, event, tag, why, original, export.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { setUp } from "./person.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";
import { filesOf } from "./zip.mjs";

const phone = "13800138000";
const source = "shop/tmall";
const tag_limit_ms = 500;
const day_ms = 86_400_000;

const who = [{ scheme: "member_no", value: "M10001" }, { scheme: "phone", value: phone }];
const daysAgo = (days) => new Date(Date.now() - days * day_ms).toISOString();
const event = (id, type, time, data) => ({ specversion: "1.0", id, source, type, time, data: { who, ...data } });
const order = (id, days, value) => event(id, "order.placed", daysAgo(days), { amount: { value, currency: "CNY" }, items: 1 });

for (const language of ["zh", "en"]) {
  const w = words[language];
  describe(`the spine, ${language}`, () => {
    let server;
    let browser;
    let page;
    let step;
    let key;
    before(async () => {
      server = await startServer("serve");
      browser = await openBrowser({ base: server.base, language, name: "spine", chained: true });
      ({ page, step } = browser);
    });
    after(async () => {
      process.stdout.write(`\nspine, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await server?.stop();
    });

    const heading = (name, level = 1) => page.getByRole("heading", { name, level, exact: true });
    const menu = (name) => page.getByRole("navigation").getByRole("link", { name, exact: true }).click();

    async function send(body) {
      const response = await fetch(`${server.base}/v1/events`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/cloudevents+json" }, body: JSON.stringify(body) });
      const answered = performance.timeOrigin + performance.now();
      assert.deepEqual(await response.json(), { accepted: 1, duplicates: 0, rejected: [] });
      return answered;
    }

    it("makes the owner's account from the setup link", () =>
      step("setup", async () => {
        await setUp(page, server, w);
      }));

    it("says on every empty page what to do first", () =>
      step("empty", async () => {
        await menu(w.h.rules);
        await page.getByRole("heading", { name: w.empty.rules }).waitFor();
        await menu(w.h.events);
        await page.getByText(w.empty.events).waitFor();
      }));

    it("makes a source and shows its key once", () =>
      step("source", async () => {
        await page.getByRole("button", { name: w.source.add }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel(w.source.name, { exact: true }).fill(source);
        await dialog.getByRole("button", { name: w.source.create }).click();
        await page.getByText(w.source.once).waitFor();
        key = await page.getByText(/^jwk_[\w-]+$/).innerText();
        await page.getByRole("button", { name: w.source.saved }).click();
        await page.getByRole("rowheader", { name: source }).waitFor();
        await page.getByText(key, { exact: true }).waitFor({ state: "detached" });
      }));

    it("reads the sentence, asks, previews, and switches the rule on", () =>
      step("rule", async () => {
        await page.goto("/rules/new");
        await page.getByRole("textbox", { name: w.rule.label }).fill(w.sentence);
        await page.getByRole("radio", { name: w.rule.answer }).click();
        await page.getByText(w.rule.today).waitFor();
        await page.getByRole("button", { name: w.rule.on, exact: true }).click();
        await page.waitForURL(/\/rules\/aut_/);
        await heading(w.tag).waitFor();
        await page.getByRole("switch", { checked: true }).waitFor();
      }));

    it("shows a customer as soon as its first order is in", () =>
      step("first order", async () => {
        await page.goto("/customers");
        await page.getByRole("heading", { name: w.empty.customers }).waitFor();
        await send(order("o-1", 20, "680.00"));
        await page.getByRole("grid").getByRole("row").nth(1).getByRole("button").click();
        await page.getByRole("dialog").getByRole("link", { name: w.talk.whole }).click();
        await page.getByRole("region", { name: w.h.timeline }).getByRole("article").first().waitFor();
      }));

    it(`tags the customer in under ${tag_limit_ms} ms, without a reload`, () =>
      step("tag", async () => {
        await page.evaluate((label) => {
          window.journey = "the same page";
          new MutationObserver((_, watch) => {
            if (!document.querySelector(`button[aria-label="${label}"]`)) return;
            watch.disconnect();
            performance.mark("tag");
          }).observe(document.body, { subtree: true, childList: true, attributes: true });
        }, w.why_tag);
        await send(order("o-2", 9, "720.00"));
        assert.equal(await page.getByRole("button", { name: w.why_tag }).count(), 0);
        const sent = performance.timeOrigin + performance.now();
        const answered = await send(order("o-3", 0, "530.00"));
        await page.getByRole("button", { name: w.why_tag }).waitFor();
        const shown = await page.evaluate(() => performance.timeOrigin + performance.getEntriesByName("tag")[0].startTime);
        process.stdout.write(`${language}: tag on the page ${(shown - answered).toFixed(1)} ms after the answer, ${(shown - sent).toFixed(1)} ms after sending\n`);
        assert.ok(shown - answered < tag_limit_ms, `${shown - answered} ms`);
        assert.equal(await page.evaluate(() => window.journey), "the same page");
      }));

    it("says why, with the sentence and the events", () =>
      step("why", async () => {
        await page.getByRole("button", { name: w.why_tag }).click();
        const drawer = page.getByRole("dialog", { name: w.h.why });
        await drawer.getByText(w.why_says).first().waitFor();
        await drawer.getByRole("heading", { name: w.evidence }).waitFor();
        const shown = await drawer.innerText();
        for (const amount of ["680", "720", "530"]) assert.match(shown, new RegExp(amount));
        await page.keyboard.press("Escape");
        await drawer.waitFor({ state: "hidden" });
      }));

    it("reveals the identifiers on request", () =>
      step("reveal", async () => {
        assert.equal(await page.getByText(phone).count(), 0);
        await page.getByRole("button", { name: w.reveal }).click();
        await page.getByText(phone).waitFor();
      }));

    it("opens an original behind its lock, and says who did", () =>
      step("original", async () => {
        await send(event("m-1", "message.received", daysAgo(0), { channel: "wechat", text: w.message.text }));
        await page.getByRole("button", { name: w.original.open }).click();
        assert.equal(await page.getByText(w.message.text).count(), 0);
        await page.getByRole("button", { name: w.original.confirm }).click();
        await page.getByText(w.message.text).waitFor();
        await page.getByRole("listitem").filter({ hasText: w.owner }).filter({ hasText: new RegExp(w.original.purpose, "i") }).waitFor();
      }));

    it("exports the whole story as a ZIP", () =>
      step("export", async () => {
        const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: w.export }).click()]);
        const file = join(server.folder, "customer.zip");
        await download.saveAs(file);
        assert.match(filesOf(readFileSync(file)).get("index.html").toString(), /<html/);
      }));

    it("marks a task done and open again, on the page and on the timeline", () =>
      step("task", async () => {
        const customer = page.url();
        await page.goto("/rules/new");
        await page.getByRole("textbox", { name: w.rule.label }).fill(w.task.sentence);
        await page.getByRole("button", { name: w.rule.on, exact: true }).click();
        await page.waitForURL(/\/rules\/aut_/);
        await page.goto(customer);
        await send(event("c-1", "complaint.received", daysAgo(0), { topic: "packaging" }));
        const box = page.getByRole("checkbox", { name: w.task.box });
        await box.click();
        const timeline = page.getByRole("region", { name: w.h.timeline });
        await timeline.getByRole("article").filter({ hasText: w.task.done }).waitFor();
        await box.and(page.locator(":checked")).click();
        await timeline.getByRole("article").filter({ hasText: w.task.reopened }).waitFor();
        await box.and(page.locator(":not(:checked)")).waitFor();
      }));

    it("edits the rule, says who loses, and takes the tag back", () =>
      step("edit", async () => {
        const customer = page.url();
        await menu(w.h.rules);
        await page.getByRole("link", { name: w.tag }).first().click();
        await page.getByRole("link", { name: w.edit.open, exact: true }).click();
        const box = page.getByRole("textbox", { name: w.rule.label });
        await box.fill(w.sentence.replace("500", "5000"));
        await page.getByRole("radio", { name: w.rule.answer }).click();
        await page.getByRole("region", { name: w.edit.difference }).getByText(w.edit.loses, { exact: true }).first().waitFor();
        await page.getByRole("button", { name: w.edit.save, exact: true }).click();
        await page.waitForURL(/\/rules\/aut_[^/]*$/);
        await page.getByRole("heading", { name: w.edit.versions }).waitFor();
        await page.getByText(w.sentence, { exact: true }).waitFor();
        await page.goto(customer);
        await page.getByRole("button", { name: w.why_tag }).waitFor({ state: "detached" });
      }));

    it("writes nothing wrong to the console", () => assert.deepEqual(browser.wrongs, []));
  });
}
