// Files kept with a record: attached, looked at, had back byte for byte, removed and put back, and not there for who may not see the record.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { openBrowser } from "./browser.mjs";
import { ask, hands, join, setUp } from "./person.mjs";
import { startServer } from "./server.mjs";
import { words } from "./words.mjs";


/** A chunk of a PNG. */
function part(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** A PNG of so many pixels a side, in one colour. */
function png(side) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(3 * side, Buffer.from([11, 117, 109]))]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), part("IHDR", head), part("IDAT", pixels), part("IEND", Buffer.alloc(0))]);
}

const pdf = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj 4 0 obj<</Length 42>>stream\nBT /F1 24 Tf 50 100 Td (Contract) Tj ET\nendstream endobj trailer<</Root 1 0 R>>");
const image = { name: "门店 photo.png", mimeType: "image/png", buffer: png(240) };
const text = { name: "采购合同（终稿）.txt", mimeType: "text/html", buffer: Buffer.from("甲方：云禾母婴\n<script>document.title = 'run'</script>\n") };
const paper = { name: "contract.pdf", mimeType: "application/pdf", buffer: pdf };

for (const language of ["zh", "en"]) {
  const w = words[language];
  const f = w.files;
  describe(`files, ${language}`, () => {
    let server;
    let browser;
    let other;
    let page;
    let step;
    let deal;
    before(async () => {
      server = await startServer("serve");
      browser = await openBrowser({ base: server.base, language, name: "files", chained: true });
      other = await openBrowser({ base: server.base, language, name: "files-other", chained: true });
      ({ page, step } = browser);
    });
    after(async () => {
      process.stdout.write(`\nfiles, ${language}\n${browser?.steps.join("\n")}\n`);
      await browser?.close();
      await other?.close();
      await server?.stop();
    });

    const button = (name, within = page) => within.getByRole("button", { name, exact: true });
    const { labelled } = hands(() => page);
    const section = (of = page) => of.getByRole("region", { name: f.title, exact: true });
    const shown = (name) => page.getByRole("dialog", { name, exact: true });
    const files = () => ask(page, "GET", `/v1/objects/deal/records/${deal}/attachments`);

    async function attach(...chosen) {
      const choosing = page.waitForEvent("filechooser");
      await button(f.add).click();
      await (await choosing).setFiles(chosen);
    }

    async function close(name) {
      await shown(name).locator(".ant-modal-close").click();
      await shown(name).waitFor({ state: "hidden" });
    }

    it("attaches an image, a text with a Chinese name and a PDF", () =>
      step("attach", async () => {
        await setUp(page, server, w);
        const made = await ask(page, "POST", "/v1/objects/deal/records", { values: { name: "D-1", region: 1 } });
        deal = made.record.id;
        await page.goto(`/o/deal?record=${deal}`);
        await attach(image, text, paper);
        for (const { name } of [image, text, paper]) await button(f.preview(name)).waitFor();
        const { items } = await files();
        assert.deepEqual(items.map(({ name, media_type }) => [name, media_type]), [[image.name, "image/png"], [text.name, "text/plain"], [paper.name, "application/pdf"]]);
        assert.ok(items.every(({ added_by }) => added_by === w.owner));
      }));

    it("shows each of them, and runs nothing", () =>
      step("preview", async () => {
        await button(f.preview(image.name)).click();
        const seen = shown(image.name).getByRole("img", { name: image.name });
        await seen.waitFor();
        await page.waitForFunction(() => document.querySelector(".ant-modal img")?.naturalWidth === 240);
        await page.screenshot({ path: `${import.meta.dirname}/out/files-image-${language}.png` });
        await close(image.name);
        await button(f.preview(text.name)).click();
        await shown(text.name).getByText("甲方：云禾母婴").waitFor();
        assert.notEqual(await page.title(), "run");
        await close(text.name);
        const views = await page.evaluate(() => navigator.pdfViewerEnabled);
        const viewer = views ? page.waitForEvent("framenavigated", (frame) => frame.url().startsWith("chrome-extension:")) : Promise.resolve();
        await button(f.preview(paper.name)).click();
        await shown(paper.name).locator("object[type='application/pdf']").waitFor();
        await viewer;
        await page.screenshot({ path: `${import.meta.dirname}/out/files-pdf-${language}.png` });
        await close(paper.name);
      }));

    it("gives back the bytes under their name", () =>
      step("download", async () => {
        for (const file of [image, text]) {
          const coming = page.waitForEvent("download");
          await page.getByRole("link", { name: f.download(file.name), exact: true }).click();
          const download = await coming;
          assert.equal(download.suggestedFilename(), file.name);
          assert.ok(file.buffer.equals(await readFile(await download.path())), file.name);
        }
        const { items } = await ask(page, "GET", "/v1/audit");
        assert.ok(items.filter(({ action }) => action === "attachment.opened").length >= 5, "each opening is noted");
      }));

    it("removes a file, takes that back from the toast, and puts one back from those removed lately", () =>
      step("remove", async () => {
        await button(f.remove(text.name)).click();
        await page.getByText(f.removed(text.name)).waitFor();
        await button(f.preview(text.name)).waitFor({ state: "detached" });
        await button(f.undo).click();
        await button(f.preview(text.name)).waitFor();
        await button(f.remove(image.name)).click();
        await page.getByText(f.lately, { exact: true }).click();
        await button(f.restore(image.name)).click();
        await button(f.preview(image.name)).waitFor();
        assert.deepEqual((await files()).removed, []);
      }));

    it("takes files that are dropped, and says what is too large", () =>
      step("drop", async () => {
        const dropped = await page.evaluateHandle(() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File(["a,b\n1,2\n"], "列表.csv"));
          return transfer;
        });
        await section().dispatchEvent("dragover", { dataTransfer: dropped });
        await page.screenshot({ path: `${import.meta.dirname}/out/files-drop-${language}.png` });
        await section().dispatchEvent("drop", { dataTransfer: dropped });
        await button(f.preview("列表.csv")).waitFor();
        const huge = await page.evaluateHandle(() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(100 * 1024 * 1024 + 1)], "huge.bin"));
          return transfer;
        });
        await section().dispatchEvent("drop", { dataTransfer: huge });
        await section().getByRole("alert").getByText(f.large).waitFor();
        await button(f.dismiss("huge.bin")).click();
        await section().getByRole("alert").waitFor({ state: "detached" });
      }));

    it("gives an upload up when it is cancelled, and nothing of it is left", () =>
      step("cancel", async () => {
        let held;
        const holding = new Promise((resolve) => {
          held = resolve;
        });
        await page.route("**/attachments", (route) => (route.request().method() === "POST" ? held(route) : route.continue()));
        await attach({ name: "slow.txt", mimeType: "text/plain", buffer: Buffer.from("slow") });
        await holding;
        await button(f.cancel("slow.txt")).click();
        await section().getByText("slow.txt").waitFor({ state: "detached" });
        await page.unroute("**/attachments");
        assert.ok(!(await files()).items.some(({ name }) => name === "slow.txt"));
        await attach({ name: "next.txt", mimeType: "text/plain", buffer: Buffer.from("next") });
        await button(f.preview("next.txt")).waitFor();
      }));

    it("stands in the record's history", () =>
      step("history", async () => {
        await page.getByText(f.history, { exact: true }).click();
        const first = page.getByRole("list", { name: f.history }).getByRole("listitem").first();
        await first.getByText(f.attached).waitFor();
        await first.getByText("next.txt").waitFor();
      }));

    it("is put into a field of its own, removed from it, and back", () =>
      step("field", async () => {
        await ask(page, "POST", "/v1/objects/deal/fields", { label: { zh: f.scans, en: f.scans }, name: "scans", type: "files" });
        await page.goto(`/o/deal?record=${deal}`);
        const field = page.getByRole("group", { name: f.scans, exact: true });
        const choosing = page.waitForEvent("filechooser");
        await button(f.choose).click();
        await (await choosing).setFiles([paper, { ...image, name: "scan.png" }]);
        for (const name of [paper.name, "scan.png"]) await button(f.preview(name), field).waitFor();
        const cell = page.getByRole("grid").getByRole("gridcell").filter({ hasText: "scan.png" });
        await cell.waitFor();
        await page.screenshot({ path: `${import.meta.dirname}/out/files-field-${language}.png` });
        await button(f.remove("scan.png"), field).click();
        await button(f.preview("scan.png"), field).waitFor({ state: "detached" });
        await cell.waitFor({ state: "detached" });
        await button(f.undo).click();
        await button(f.preview("scan.png"), field).waitFor();
        await button(f.remove("scan.png"), field).click();
        await page.getByText(f.lately, { exact: true }).click();
        await button(f.restore("scan.png")).click();
        await cell.waitFor();
        assert.equal(await section().getByText("scan.png").count(), 0, "it stands in its field alone");
      }));

    it("comes with a new record, and the record is found by it", () =>
      step("new", async () => {
        await page.goto("/o/deal");
        await button(f.new).click();
        const drawer = page.getByRole("dialog");
        await labelled(f.deal_name, drawer).fill("D-2");
        const choosing = page.waitForEvent("filechooser");
        await button(f.choose, drawer).click();
        await (await choosing).setFiles([text]);
        await drawer.getByText(text.name).waitFor();
        await button(f.added, drawer).click();
        await button(f.preview(text.name)).waitFor();
        const filter = encodeURIComponent(JSON.stringify({ is: { field: "scans", op: "contains", value: "采购合同" } }));
        await page.goto(`/o/deal?filter=${filter}`);
        const rows = page.getByRole("grid").getByRole("row").filter({ hasText: "D-" });
        await rows.filter({ hasText: "D-2" }).waitFor();
        assert.equal(await rows.count(), 1);
      }));

    it("is not there for who sees another region only", () =>
      step("rights", async () => {
        const east = { read: "some", write: "some", condition: { is: { field: "region", op: "equal", value: 0 } } };
        const role = await ask(page, "POST", "/v1/roles", { name: "east", rights: [], records: { others: { read: "none", write: "none" }, objects: { deal: east } } });
        await join(page, server, { as: "li@example.com", name: "李雷", role: role.id }, other.page);
        const path = `/v1/objects/deal/records/${deal}/attachments`;
        const [{ id }] = (await files()).items;
        for (const at of [path, `${path}/${id}`]) assert.equal((await other.page.request.get(at)).status(), 404);
        await other.page.goto(`/o/deal?record=${deal}`);
        await other.page.getByText(f.missing).waitFor();
        assert.deepEqual(browser.wrongs, []);
      }));
  });
}
