// Round the demo company: search, timeline, rules, live events, language, dark mode, signing out and in.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "./browser.mjs";
import { initials } from "./pinyin.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";

const email = "owner@example.com";
const other = { zh: "en", en: "zh" };

describe("the demo company", () => {
  let server;
  before(async () => {
    server = await startServer("demo", ["--customers", "400"]);
  });
  after(() => server?.stop());
  const password = () => /password:\s+(\S+)/.exec(server.printed())[1];

  for (const language of ["zh", "en"]) {
    const w = words[language];
    describe(`in ${language}`, () => {
      let browser;
      let page;
      let step;
      let someone;
      before(async () => {
        browser = await openBrowser({ base: server.base, language, name: "demo" });
        ({ page, step } = browser);
      });
      after(async () => {
        process.stdout.write(`\ndemo, ${language}\n${browser?.steps.join("\n")}\n`);
        await browser?.close();
      });

      const heading = (name) => page.getByRole("heading", { name, level: 1, exact: true });
      const menu = (name) => page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
      const signIn = async (word) => {
        await page.getByLabel(w.setup.email, { exact: true }).fill(email);
        await page.getByLabel(w.setup.password, { exact: true }).fill(word);
        await page.getByRole("button", { name: w.sign_in.submit }).click();
      };

      /** Types into the search and waits until the customer is found. */
      async function find(text) {
        await page.getByRole("searchbox", { name: w.records.search }).fill(text);
        await page.waitForURL((url) => url.searchParams.get("q")?.replaceAll('"', "") === text);
        await page.getByRole("grid").getByRole("button", { name: someone.name, exact: true }).first().waitFor();
      }

      it("refuses a wrong password and then goes where it was asked to", () =>
        step("sign in", async () => {
          await page.goto("/rules");
          await page.waitForURL(/\/sign-in\?next=/);
          await signIn("not the password");
          await page.getByRole("alert").waitFor();
          assert.match(browser.wrongs.splice(0).join(), /^error: Failed to load resource: .* 401 [^,]*$/);
          await signIn(password());
          await heading(w.h.rules).waitFor();
          assert.equal(new URL(page.url()).pathname, "/rules");
        }));

      it("finds a customer by name, by pinyin initials and by phone", () =>
        step("search", async () => {
          await menu(w.h.customers);
          await page.getByRole("grid", { name: w.h.customers }).getByRole("row").nth(6).waitFor();
          const { items } = await (await page.request.get("/v1/customers?limit=200")).json();
          const named = items.filter((item) => item.name !== null && item.identifiers.length > 0);
          someone = named[7] ?? items[7];
          assert.ok(named.length > 20, `only ${named.length} of ${items.length} customers in the list have a name`);
          await find(someone.name);
          await find(initials(someone.name));
          const revealed = await page.request.post(`/v1/customers/${someone.id}/reveal`, { headers: { "x-jingwei": "1" }, data: {} });
          const phone = (await revealed.json()).identifiers.map((each) => each.value).find((value) => value.startsWith("+86"));
          if (phone !== undefined) await find(phone.slice("+86".length));
        }));

      it("shows one timeline, filtered by kind", () =>
        step("timeline", async () => {
          await page.getByRole("grid").getByRole("button", { name: someone.name, exact: true }).first().click();
          await page.getByRole("dialog").getByRole("link", { name: w.talk.whole }).click();
          await heading(someone.name).waitFor();
          const timeline = page.getByRole("region", { name: w.h.timeline });
          await timeline.getByRole("article").first().waitFor();
          const kind = timeline.getByRole("group", { name: w.filter }).getByRole("button").first();
          const label = await kind.innerText();
          await kind.click();
          await page.waitForURL(/kind=/);
          await timeline.getByRole("article").first().waitFor();
          const labels = await timeline.getByRole("article").getByRole("strong").allInnerTexts();
          assert.deepEqual([...new Set(labels)], [label]);
        }));

      it("lists rules and opens one with its firings", () =>
        step("rules", async () => {
          await menu(w.h.rules);
          await page.getByRole("switch", { checked: true }).nth(2).waitFor();
          await page.getByRole("link", { name: "钻石会员" }).click();
          await heading("钻石会员").waitFor();
          await page.getByRole("button", { name: "钻石会员" }).first().click();
          await page.getByRole("dialog", { name: w.h.why }).getByRole("heading", { name: w.evidence }).waitFor();
          await page.keyboard.press("Escape");
          await page.getByRole("dialog", { name: w.h.why }).waitFor({ state: "hidden" });
        }));

      it("reads every example sentence that it offers", () =>
        step("examples", async () => {
          await page.goto("/rules/new");
          const examples = page.getByRole("list", { name: w.examples }).getByRole("button");
          await examples.first().waitFor();
          for (const sentence of await examples.allInnerTexts()) {
            const answer = await page.request.post("/v1/rules/read", { headers: { "x-jingwei": "1" }, data: { sentence: sentence.trim(), answers: {} } });
            const { status, reason } = await answer.json();
            assert.notEqual(status, "refused", `${sentence}: ${reason?.en}`);
          }
        }));

      it("moves as events come in", () =>
        step("live", async () => {
          await menu(w.h.events);
          await heading(w.h.events).waitFor();
          const stream = page.getByRole("region", { name: w.stream }).getByRole("listitem");
          const first = await stream.first().innerText();
          const end = Date.now() + 30_000;
          while ((await stream.first().innerText()) === first && Date.now() < end) await page.waitForTimeout(200);
          assert.notEqual(await stream.first().innerText(), first);
        }));

      it("changes language and appearance at once, and keeps both", () =>
        step("language", async () => {
          await page.getByRole("button", { name: w.switch.language }).click();
          await heading(words[other[language]].h.events).waitFor();
          await page.getByRole("button", { name: words[other[language]].switch.dark }).click();
          await page.reload();
          await heading(words[other[language]].h.events).waitFor();
          assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
          await page.getByRole("button", { name: words[other[language]].switch.language }).click();
          await page.getByRole("button", { name: w.switch.light }).click();
          await heading(w.h.events).waitFor();
        }));

      it("erases a customer for good once that is meant", () =>
        step("erase", async () => {
          const { items } = await (await page.request.get("/v1/customers?limit=200")).json();
          const gone = items.filter((item) => item.name !== null && item.id !== someone.id)[20];
          await page.goto(`/customers/${gone.id}`);
          await heading(gone.name).waitFor();
          await page.getByRole("button", { name: w.erase.open }).click();
          const dialog = page.getByRole("dialog");
          const doing = dialog.getByRole("button", { name: w.erase.do, exact: true });
          await dialog.getByText(w.erase.stays, { exact: true }).waitFor();
          await page.screenshot({ path: `${import.meta.dirname}/out/erase-${language}.png` });
          assert.ok(await doing.isDisabled());
          await dialog.getByRole("checkbox").check();
          await doing.click();
          await heading(w.erase.unnamed).waitFor();
          await page.getByRole("region", { name: w.h.timeline }).getByRole("article").first().waitFor(); // what happened stays
          const again = await (await page.request.get(`/v1/customers/${gone.id}`)).json();
          assert.deepEqual([again.name, again.profile, again.identifiers.filter((one) => !one.hub).map((one) => one.value).join("")], [null, [], ""]);
        }));

      it("signs out, and back in", () =>
        step("sign out", async () => {
          await page.getByRole("button", { name: w.switch.account }).click();
          await page.getByRole("menuitem", { name: w.switch.out }).click();
          await page.waitForURL(/\/sign-in/);
          await page.goto("/events");
          await page.waitForURL(/\/sign-in\?next=/);
          await signIn(password());
          await heading(w.h.events).waitFor();
        }));

      it("writes nothing wrong to the console", () => assert.deepEqual(browser.wrongs, []));
    });
  }
});
