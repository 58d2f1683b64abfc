// What a commit changes in things already fetched. Pure: values in, values out.
import type { Commit, Customer, Decision, Page, RuleDetail, TimelineItem } from "./types";

export type Pages<T> = { pages: Page<T>[]; pageParams: unknown[] };

/** Several commits as one; the newest things first. */
export function joinCommits(commits: readonly Commit[]): Commit {
  const newest = commits.toReversed();
  return {
    seq: newest[0]?.seq ?? 0,
    events: commits.reduce((sum, commit) => sum + commit.events, 0),
    customers: [...new Set(newest.flatMap((commit) => commit.customers))],
    decisions: newest.flatMap((commit) => commit.decisions),
    recent: newest.flatMap((commit) => commit.recent),
  };
}

/** `fresh` before `old`, without repeats, at most `limit`. The same array when nothing is new. */
export function prepend<T>(old: T[], fresh: readonly T[], id: (item: T) => string, limit: number): T[] {
  const known = new Set(old.map(id));
  const news = fresh.filter((item) => !known.has(id(item)));
  return news.length === 0 ? old : [...news, ...old].slice(0, limit);
}

/** Events the first page does not have yet, put where their time belongs. */
export function mergeTimeline(old: Pages<TimelineItem>, fresh: readonly TimelineItem[]): Pages<TimelineItem> {
  const [first, ...rest] = old.pages;
  if (first === undefined) return old;
  const known = new Set(old.pages.flatMap((page) => page.items.map((item) => item.event)));
  const oldest = rest.length > 0 || first.next !== null ? first.items.at(-1)?.time : undefined;
  const news = fresh.filter((item) => !known.has(item.event) && (oldest === undefined || item.time >= oldest));
  if (news.length === 0) return old;
  const items = [...news, ...first.items].toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  return { ...old, pages: [{ ...first, items }, ...rest] };
}

/** A customer's tags after decisions about it, newest first; the rest follows with the next answer of the server. */
export function patchCustomer(customer: Customer, decisions: readonly Decision[]): Customer {
  let { tags } = customer;
  for (const decision of decisions.toReversed()) {
    if (decision.customer.id !== customer.id || decision.superseded) continue;
    const { id, rule, name, as_of } = decision;
    const known = tags.some((tag) => tag.tag === name);
    if (decision.outcome === "set_tag" && !known) tags = [...tags, { tag: name, since: as_of, rule: { id: rule.id, name: rule.name }, decision: id, recomputing: false }];
    if (decision.outcome === "clear_tag" && known) tags = tags.filter((tag) => tag.tag !== name || tag.rule.id !== rule.id);
  }
  return tags === customer.tags ? customer : { ...customer, tags };
}

export function patchRule(rule: RuleDetail, decisions: readonly Decision[]): RuleDetail {
  const mine = decisions.filter((decision) => decision.rule.id === rule.id);
  if (mine.length === 0) return rule;
  const list = prepend(rule.decisions, mine, (decision) => decision.id, 50);
  return list === rule.decisions ? rule : { ...rule, decisions: list, decided_24h: rule.decided_24h + mine.filter((each) => !rule.decisions.some((known) => known.id === each.id)).length };
}
