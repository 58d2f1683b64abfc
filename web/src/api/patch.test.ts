import { describe, expect, it } from "vitest";
import { joinCommits, mergeTimeline, type Pages, patchCustomer, patchRule, prepend } from "./patch";
import type { Commit, Customer, Decision, RuleDetail, TimelineItem } from "./types";

const text = { zh: "", en: "" };
const event = (id: string, time: string, customer = "cus_1"): TimelineItem => ({
  event: id, time, received_at: time, kind: "order.placed", label: text, source: "s", summary: text, fields: [], originals: [], customer, history: false,
});
const decision = (id: string, outcome: Decision["outcome"], name: string, customer = "cus_1"): Decision => ({
  id, customer: { id: customer, name: null }, rule: { id: "aut_1", name: "r", version: 1 }, outcome, name, as_of: "", at: "", reason: "event", superseded: false, history: false, why: text,
});
const commit = (change: Partial<Commit>): Commit => ({ seq: 1, events: 1, customers: ["cus_1"], decisions: [], recent: [], ...change });
const paged = <T>(...pages: T[][]): Pages<T> => ({ pages: pages.map((items, place) => ({ items, next: place < pages.length - 1 ? "more" : null })), pageParams: pages.map(() => null) });

const tag = (name: string, rule = "aut_1") => ({ tag: name, since: "", rule: { id: rule, name: "r" }, decision: "dec_0", recomputing: false });

describe("joinCommits", () => {
  it("adds up, and puts the newest first", () => {
    const joined = joinCommits([
      commit({ seq: 1, events: 2, recent: [event("e1", "1")], customers: ["cus_1"] }),
      commit({ seq: 2, events: 3, recent: [event("e2", "2")], customers: ["cus_2", "cus_1"] }),
    ]);
    expect(joined).toMatchObject({ seq: 2, events: 5, customers: ["cus_2", "cus_1"] });
    expect(joined.recent.map((item) => item.event)).toEqual(["e2", "e1"]);
  });
});

describe("prepend", () => {
  it("keeps what is known once and is the same array when nothing is new", () => {
    const old = ["b", "c"];
    expect(prepend(old, ["a", "b"], String, 3)).toEqual(["a", "b", "c"]);
    expect(prepend(old, ["a", "b"], String, 2)).toEqual(["a", "b"]);
    expect(prepend(old, ["c"], String, 3)).toBe(old);
  });
});

describe("mergeTimeline", () => {
  it("puts a late event where its time belongs", () => {
    const merged = mergeTimeline(paged([event("e3", "3"), event("e1", "1")]), [event("e2", "2"), event("e3", "3")]);
    expect(merged.pages[0]?.items.map((item) => item.event)).toEqual(["e3", "e2", "e1"]);
  });

  it("leaves out what belongs on a page not fetched yet or already on another", () => {
    const old = paged([event("e9", "9")], [event("e5", "5")]);
    expect(mergeTimeline(old, [event("e5", "5"), event("e2", "2")])).toBe(old);
  });
});

describe("patchRule", () => {
  it("takes its own decisions once", () => {
    const rule = { id: "aut_1", decisions: [decision("d1", "set_tag", "x")], decided_24h: 1 } as unknown as RuleDetail;
    const next = patchRule(rule, [decision("d2", "set_tag", "x"), decision("d1", "set_tag", "x")]);
    expect(next.decisions.map((each) => each.id)).toEqual(["d2", "d1"]);
    expect(patchRule(next, [decision("d1", "set_tag", "x")])).toBe(next);
  });
});

describe("patchCustomer", () => {
  const customer: Customer = { id: "cus_1", record: "rec_1", name: null, profile: [], identifiers: [], tags: [tag("old"), tag("other", "aut_2")], first_seen: null, last_seen: null, events: 1, merges: [], tasks: [] };

  it("sets and clears tags in order, only its own and only the same rule's", () => {
    const next = patchCustomer(customer, [decision("d4", "clear_tag", "other"), decision("d3", "set_tag", "theirs", "cus_2"), decision("d2", "set_tag", "vip"), decision("d1", "clear_tag", "old")]);
    expect(next.tags.map((each) => [each.tag, each.decision])).toEqual([["other", "dec_0"], ["vip", "d2"]]);
  });

  it("is the same customer when nothing changes", () => {
    expect(patchCustomer(customer, [decision("d1", "set_tag", "old")])).toBe(customer);
  });
});
