// The server's live stream. Commits that arrive close together are applied to the query cache as one.
import type { QueryClient } from "@tanstack/react-query";
import { listTimeline, timelineKey } from "./customers";
import { recentLimit } from "./events";
import { joinCommits, mergeTimeline, type Pages, patchCustomer, patchRule, prepend } from "./patch";
import { askWho } from "./session";
import type { Commit, Customer, RecordDetail, RuleDetail, TimelineItem } from "./types";

/** `seconds` counts those heard since the stream opened; `per_second` holds the last sixty. */
export type Live = { connected: boolean; rate: number; seconds: number; per_second: number[] };

export const liveKey = ["live"] as const;
export const liveStart: Live = { connected: false, rate: 0, seconds: 0, per_second: Array.from({ length: 60 }, () => 0) };

const join_ms = 40;
const refetch_ms = 400;
const search_ms = 1_000;
const counts_ms = 2_000;
const resync_ms = 3_000;
const customers_limit = 200;
const reopen_ms = 3_000;

type Listener = (commit: Commit) => void;
const listeners = new Set<Listener>();

/** Hears every batch of commits, after the cache has it. */
export function onCommit(listener: Listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Runs at once, then at most every `gap_ms`, and once more at the end if asked meanwhile. */
function throttle() {
  const waiting = new Map<string, { again: (() => void) | null }>();
  return function run(key: string, gap_ms: number, work: () => void) {
    const entry = waiting.get(key);
    if (entry) {
      entry.again = work;
      return;
    }
    const slot: { again: (() => void) | null } = { again: null };
    waiting.set(key, slot);
    work();
    setTimeout(() => {
      waiting.delete(key);
      if (slot.again) run(key, gap_ms, slot.again);
    }, gap_ms);
  };
}

async function fetchTop(cache: QueryClient, id: string, kind: string | null) {
  const top = await listTimeline(id, kind, null).catch(() => null);
  if (top === null) return;
  cache.setQueryData<Pages<TimelineItem>>(timelineKey(id, kind), (old) => old && mergeTimeline(old, top.items));
}

function applyToTimelines(cache: QueryClient, commit: Commit, touched: (id: string) => boolean, run: ReturnType<typeof throttle>) {
  for (const found of cache.getQueryCache().findAll({ queryKey: ["timeline"], type: "active" })) {
    const [, id, kind] = found.queryKey as ReturnType<typeof timelineKey>;
    if (!touched(id)) continue;
    const mine = commit.recent.filter((item) => item.customer === id && (kind === null || item.kind === kind));
    cache.setQueryData<Pages<TimelineItem>>(timelineKey(id, kind), (old) => old && mergeTimeline(old, mine));
    run(`timeline ${id} ${kind}`, refetch_ms, () => void fetchTop(cache, id, kind));
  }
}

/** What is known of customers and not on the page is fetched anew when it is shown, however lately it was fetched. */
function outdate(cache: QueryClient) {
  for (const name of ["customer", "customer-decisions", "timeline", "why-not"]) {
    void cache.invalidateQueries({ queryKey: [name], type: "inactive", refetchType: "none" });
  }
}

function applyToCustomers(cache: QueryClient, commit: Commit, run: ReturnType<typeof throttle>) {
  const set = new Set(commit.customers);
  const all = commit.customers.length >= customers_limit;
  const touched = (id: string) => all || set.has(id);
  cache.setQueriesData<Customer>({ queryKey: ["customer"], type: "active" }, (old) => old && patchCustomer(old, commit.decisions));
  for (const name of ["customer", "customer-decisions", "why-not"]) {
    for (const found of cache.getQueryCache().findAll({ queryKey: [name], type: "active" })) {
      const id = String(found.queryKey[1]);
      if (touched(id)) run(`${name} ${id}`, refetch_ms, () => void cache.invalidateQueries({ queryKey: [name, id] }));
    }
  }
  applyToTimelines(cache, commit, touched, run);
  outdate(cache);
}

/** Timelines of these customers' records, and of those that lead to one of them. */
function applyToStories(cache: QueryClient, commit: Commit, run: ReturnType<typeof throttle>) {
  const set = new Set<unknown>(commit.customers);
  for (const found of cache.getQueryCache().findAll({ queryKey: ["record"], type: "active" })) {
    const [, object, id, part] = found.queryKey;
    const detail = part === "timeline" ? cache.getQueryData<RecordDetail>(["record", object, id]) : undefined;
    if (!detail || ![detail.record.customer, ...Object.values(detail.record.values)].some((value) => set.has(value))) continue;
    run(`story ${String(id)}`, counts_ms, () => void cache.invalidateQueries({ queryKey: ["record", object, id, "timeline"] }));
  }
}

function applyToRules(cache: QueryClient, commit: Commit, run: ReturnType<typeof throttle>) {
  if (commit.decisions.length === 0) return;
  cache.setQueriesData<RuleDetail>({ queryKey: ["rule"], type: "active" }, (old) => old && patchRule(old, commit.decisions));
  run("rules", counts_ms, () => {
    void cache.invalidateQueries({ queryKey: ["rules"] });
    void cache.invalidateQueries({ queryKey: ["rule"] });
  });
}

function applyToEvents(cache: QueryClient, commit: Commit) {
  cache.setQueryData<{ items: TimelineItem[] }>(["events", "recent"], (old) => {
    if (!old) return old;
    const items = prepend(old.items, commit.recent, (item) => item.event, recentLimit);
    return items === old.items ? old : { items };
  });
}

/** Whether someone is about to pick a row, or has: customers are ordered by when they were seen, and would move under the hand. */
const isInUse = () => document.querySelector('[role="grid"]:hover, [role="grid"]:focus-within, .ant-drawer-open') !== null;

/** Opens the stream; the returned function closes it. */
export function openLive(cache: QueryClient): () => void {
  const run = throttle();
  let waiting: Commit[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lost = false;
  let second = 0;
  let hears = false;
  const set = (change: (live: Live) => Live) =>
    cache.setQueryData<Live>(liveKey, (old) => change(old ?? liveStart));

  function flush() {
    timer = null;
    const commit = joinCommits(waiting);
    waiting = [];
    second += commit.events;
    applyToCustomers(cache, commit, run);
    applyToStories(cache, commit, run);
    applyToRules(cache, commit, run);
    applyToEvents(cache, commit);
    for (const listener of listeners) listener(commit);
  }

  const ticker = setInterval(() => {
    const counted = second;
    second = 0;
    set((live) => {
      const per_second = [...live.per_second.slice(1), counted];
      const last = per_second.slice(-3);
      return { ...live, per_second, seconds: live.seconds + 1, rate: last.reduce((sum, n) => sum + n, 0) / last.length };
    });
  }, 1_000);

  let stream: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  function open() {
    stream = new EventSource("/v1/live");
    stream.addEventListener("open", () => {
      set((live) => ({ ...live, connected: true }));
      if (lost) void cache.invalidateQueries();
      lost = false;
    });
    stream.addEventListener("error", () => {
      if (!lost) void askWho(cache);
      lost = true;
      set((live) => ({ ...live, connected: false }));
      // The browser itself tries again unless the server refused; then the session may be over.
      if (stream.readyState !== EventSource.CLOSED) return;
      void cache.invalidateQueries({ queryKey: ["health"] });
      again = setTimeout(open, reopen_ms);
    });
    // The server left some commits out: whatever is shown may lack something.
    stream.addEventListener("resync", () => run("resync", resync_ms, () => void cache.invalidateQueries()));
    stream.addEventListener("records", (message: MessageEvent<string>) => {
      const { objects, schema } = JSON.parse(message.data) as { objects: string[]; schema: boolean };
      if (schema) void cache.invalidateQueries({ queryKey: ["objects"] });
      // The search index is true of a commit within a second.
      run("search", search_ms, () => void setTimeout(() => void cache.invalidateQueries({ queryKey: ["search"] }), search_ms));
      for (const object of objects) {
        run(`records ${object}`, counts_ms, () => {
          void cache.invalidateQueries({ queryKey: ["records", object], ...(object === "customer" && isInUse() ? { refetchType: "none" } : {}) });
          void cache.invalidateQueries({ queryKey: ["record", object] });
          // Who does not see all customers is told of no commits, only that something is new.
          if (object === "customer" && !hears) for (const name of ["customer", "customer-decisions", "timeline"]) void cache.invalidateQueries({ queryKey: [name] });
        });
      }
    });
    stream.addEventListener("notices", () => void cache.invalidateQueries({ queryKey: ["notices"] }));
    stream.addEventListener("commit", (message: MessageEvent<string>) => {
      hears = true;
      waiting.push(JSON.parse(message.data) as Commit);
      timer ??= setTimeout(flush, join_ms);
    });
  }
  open();

  return () => {
    stream.close();
    clearTimeout(again);
    clearInterval(ticker);
    if (timer !== null) clearTimeout(timer);
  };
}
