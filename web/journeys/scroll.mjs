// Measures a long list that is scrolled through without a stop: frames that the browser drew, and whether rows were missing in them.
//
// node journeys/scroll.mjs http://127.0.0.1:PORT [--pace read|fling|race] [--seconds 20] [--profile FILE]
//
// The server has the workload of `jingwei bench lists`. Ends with a JSON object.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openBrowser } from "./browser.mjs";

/** Pixels a second, rows being forty high: two screens a second as one looks for something, a free wheel thrown again and again, and faster than any hand. */
const paces = { read: 2_000, fling: 10_000, race: 40_000 };
const row_px = 40;
const person = { email: "p0@example.com", password: "a password of the bench" };
const options = { pace: { type: "string", default: "read" }, seconds: { type: "string", default: "20" }, profile: { type: "string" } };
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const speed = paces[values.pace];
const seconds = Number(values.seconds);
const categories = ["devtools.timeline", "disabled-by-default-devtools.timeline.frame", "cc", "benchmark"];

/** In the page: notes each frame of the main thread, and what of the rows was not there where the compositor had already scrolled. */
function watch() {
  const grid = document.querySelector('[role="grid"]');
  const body = grid.querySelector('[role="row"][aria-rowindex="1"]').nextElementSibling;
  const seen = { frames: [], blank: [], ends: 0, rows: 0, last: 0, pages: 0 };
  // Before the list hears of it: the place is new, the rows are still those of the frame that is on the screen.
  const onScroll = () => {
    const rows = body.children;
    if (rows.length === 0) return;
    const box = grid.getBoundingClientRect();
    const top = rows[0].getBoundingClientRect().top - box.top - 34;
    const lack = box.bottom - Math.min(rows[rows.length - 1].getBoundingClientRect().bottom, body.getBoundingClientRect().bottom);
    const isEnd = grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1;
    const missing = isEnd ? Math.max(0, top) : Math.max(0, top, lack - 1);
    seen.blank.push([performance.now(), missing]);
  };
  window.addEventListener("scroll", onScroll, { capture: true, passive: true });
  const frame = (time) => {
    const isEnd = grid.scrollTop + grid.clientHeight >= grid.scrollHeight - 1;
    seen.frames.push([time, grid.scrollTop, isEnd]);
    if (!seen.over) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.seen = seen;
}

const rounded = (number) => Math.round(number * 10) / 10;
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Instants in milliseconds as gaps, and as frames in each second but the first and the last, which are not whole. */
function rates(instants) {
  const gaps = instants.slice(1).map((time, place) => time - instants[place]).toSorted((a, b) => a - b);
  const first = instants[0] ?? 0;
  const whole = Math.floor(((instants.at(-1) ?? 0) - first) / 1_000);
  const counts = Array.from({ length: whole }, (_, second) => instants.filter((time) => Math.floor((time - first) / 1_000) === second).length).toSorted((a, b) => a - b);
  return { count: instants.length, a_second: { p50: at(counts, 0.5), p5: at(counts, 0.05), least: counts[0] ?? 0 }, gap_ms: { p50: rounded(at(gaps, 0.5)), p99: rounded(at(gaps, 0.99)), longest: rounded(gaps.at(-1) ?? 0) } };
}

/** When frames of the page were drawn, from a trace, in milliseconds. */
function drawn(trace) {
  const frames = trace.filter((event) => event.name === "DrawFrame");
  const trees = [...new Set(frames.map((event) => event.args.layerTreeId))].map((tree) => frames.filter((event) => event.args.layerTreeId === tree));
  const busiest = trees.toSorted((a, b) => b.length - a.length)[0] ?? [];
  return busiest.map((event) => event.ts / 1_000).toSorted((a, b) => a - b);
}

/** How the frames of the page ended, from a trace: presented whole, in part, or dropped. */
function outcomes(trace) {
  const counts = {};
  for (const event of trace) {
    const report = event.name === "PipelineReporter" && event.ph === "b" ? (event.args?.chrome_frame_reporter ?? event.args?.frame_reporter) : undefined;
    if (report?.state) counts[report.state] = (counts[report.state] ?? 0) + 1;
  }
  return counts;
}

/** Processor time of the page's main thread so far, in milliseconds. */
async function spent() {
  const { metrics } = await cdp.send("Performance.getMetrics");
  const ms = (name) => (metrics.find((metric) => metric.name === name)?.value ?? 0) * 1_000;
  return { all: ms("TaskDuration"), script: ms("ScriptDuration"), style: ms("RecalcStyleDuration"), layout: ms("LayoutDuration") };
}

const browser = await openBrowser({ base: positionals[0], language: "zh", name: "scroll" });
const { page, context } = browser;
const chromium = context.browser();
const signed = await page.request.post("/v1/session", { headers: { "x-jingwei": "1" }, data: person });
if (!signed.ok()) throw new Error(`nobody was signed in: ${signed.status()}`);
await page.goto("/o/account");
const grid = page.getByRole("grid");
await grid.getByRole("row").nth(10).waitFor();
const box = await grid.boundingBox();
const cdp = await context.newCDPSession(page);
await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
await page.evaluate(watch);
await chromium.startTracing(page, { categories });
if (values.profile) {
  await cdp.send("Profiler.enable");
  await cdp.send("Profiler.start");
}
const gesture = { x: box.x + box.width / 2, y: box.y + box.height / 2, yDistance: -speed * seconds, speed, gestureSourceType: "mouse", preventFling: true };
const before = await spent();
await cdp.send("Input.synthesizeScrollGesture", gesture);
const after = await spent();
if (values.profile) writeFileSync(values.profile, JSON.stringify((await cdp.send("Profiler.stop")).profile));
const trace = JSON.parse((await chromium.stopTracing()).toString()).traceEvents;
const seen = await page.evaluate(() => {
  window.seen.over = true;
  return window.seen;
});
await browser.close();

const moving = seen.frames.filter(([, top], place) => top !== seen.frames[place - 1]?.[1]);
const [from, until] = [moving[0]?.[0] ?? 0, moving.at(-1)?.[0] ?? 0];
const main = seen.frames.filter(([time]) => time >= from && time <= until);
const lasting = (list, is) => list.reduce((sum, one, place) => sum + (is(one) ? (list[place + 1]?.[0] ?? one[0]) - one[0] : 0), 0);
const blank = seen.blank.filter(([, missing]) => missing > 0);
const frames = rates(drawn(trace));
const result = {
  pace: values.pace,
  pixels_a_second: speed,
  seconds: rounded((until - from) / 1_000),
  frames_a_second: frames.a_second,
  gap_ms: frames.gap_ms,
  frames: frames.count,
  pipeline: outcomes(trace),
  main_thread_cpu_ms_a_second: Object.fromEntries(Object.keys(after).map((name) => [name, rounded((after[name] - before[name]) / Math.max(1, (until - from) / 1_000))])),
  main_thread: rates(main.map(([time]) => time)),
  rows: { passed: Math.round((moving.at(-1)?.[1] ?? 0) / row_px), waited_at_end_ms: rounded(lasting(main, ([, , isEnd]) => isEnd)) },
  blank: { frames: blank.length, of: seen.blank.length, most_rows: Math.ceil(Math.max(0, ...blank.map(([, missing]) => missing)) / row_px), ms: rounded(lasting(seen.blank, ([, missing]) => missing > 0)) },
  wrong: browser.wrongs,
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
