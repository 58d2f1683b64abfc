// A browser that takes down what goes wrong on a page, how long each step takes, and what it looks like.
import { existsSync, mkdirSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { chromium } from "playwright-core";

const quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const shots = join(import.meta.dirname, "out");
const program = process.env.JINGWEI_CHROMIUM ?? "/usr/bin/chromium";
const web = process.env.JINGWEI_WEB;
const locales = { zh: "zh-CN", en: "en-GB" };

/** With JINGWEI_WEB=dist the interface comes from that folder, so that a change can be tried before the server is built again. */
async function fromFolder(context, base) {
  if (web === undefined) return;
  const root = resolve(web);
  await context.route((url) => url.origin === base && !/^\/(v1|healthz)/.test(url.pathname), async (route) => {
    const { pathname } = new URL(route.request().url());
    const found = extname(pathname) !== "" && existsSync(join(root, pathname));
    await route.fulfill({ path: join(root, found ? pathname : "index.html") });
  });
}

/** Without motion, so that nothing is clicked where it has just been. `openBrowser({ base, language: "zh", name: "spine", chained: true })` */
export async function openBrowser({ base, language, name, chained = false }) {
  mkdirSync(shots, { recursive: true });
  const browser = await chromium.launch({ executablePath: program, args: quiet });
  const context = await browser.newContext({ baseURL: base, locale: locales[language], timezoneId: "Asia/Shanghai", viewport: { width: 1440, height: 900 }, colorScheme: "light", reducedMotion: "reduce" });
  context.setDefaultTimeout(15_000);
  await fromFolder(context, base);
  const page = await context.newPage();
  const wrongs = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrongs.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => wrongs.push(`uncaught: ${error.message}`));
  const steps = [];
  let number = 0;
  let broken = null;

  /** Runs a step, keeps its time and a picture of how it ended. In a chain, none runs after one that failed. */
  async function step(title, work) {
    if (chained && broken !== null) throw new Error(`not tried, since “${broken}” failed`);
    const start = performance.now();
    number += 1;
    const file = join(shots, `${name}-${language}-${String(number).padStart(2, "0")}-${title.replaceAll(/\W+/g, "-")}.png`);
    try {
      return await work();
    } catch (cause) {
      broken = title;
      throw cause;
    } finally {
      steps.push(`${(performance.now() - start).toFixed(0).padStart(6)} ms  ${title}`);
      await page.screenshot({ path: file }).catch(() => undefined);
    }
  }
  return { page, context, step, steps, wrongs, close: () => browser.close() };
}
