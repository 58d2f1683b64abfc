// The shapes of the HTTP contract, v1.

export type Text = { zh: string; en: string };
/** RFC 3339, UTC. */
export type Time = string;

export type ApiProblem = { code: string; message: Text; field: string | null };

export type Health = { status: string; version: string; database: "sqlite" | "postgres"; vault: "up" | "down" };

export type User = { id: string; name: string; email: string };
export type Company = { name: string; zone: string; currency: string; demo: boolean };
export type Session = { user: User | null; setup_needed: boolean; company: Company };
export type Setup = { token: string; name: string; email: string; password: string; company: string };

export type Page<T> = { items: T[]; next: string | null };

export type IdentifierBrief = { scheme: string; label: Text; value: string };
export type CustomerRow = {
  id: string;
  name: string | null;
  identifiers: IdentifierBrief[];
  tags: string[];
  last_seen: Time | null;
  events: number;
};

export type ProfileField = { field: string; label: Text; value: string; time: Time };
export type Identifier = {
  id: string;
  scheme: string;
  label: Text;
  value: string;
  scope: string;
  hub: boolean;
  joins: boolean;
};
export type RuleName = { id: string; name: string };
export type Tag = { tag: string; since: Time; rule: RuleName | null; decision: string; recomputing: boolean };
export type Merge = { id: string; time: Time; reason: Text; undone: boolean };
export type Task = { id: string; title: string; time: Time; done: boolean; decision: string };
export type Customer = {
  id: string;
  name: string | null;
  profile: ProfileField[];
  identifiers: Identifier[];
  tags: Tag[];
  first_seen: Time | null;
  last_seen: Time | null;
  events: number;
  merges: Merge[];
  tasks: Task[];
};
export type Revealed = { identifiers: { id: string; value: string }[] };

export type TimelineField = { name: string; label: Text; value: Text };
export type OriginalRef = { index: number; field: string; label: Text; media_type: string };
export type TimelineItem = {
  event: string;
  time: Time;
  received_at: Time;
  kind: string;
  label: Text;
  source: string;
  summary: Text;
  fields: TimelineField[];
  originals: OriginalRef[];
  customer: string;
  history: boolean;
};

export type Outcome = "set_tag" | "clear_tag" | "add_task";
export type DecisionReason = "event" | "time" | "late_event" | "merge" | "rule_changed";
export type Decision = {
  id: string;
  customer: { id: string; name: string | null };
  rule: { id: string; name: string; version: number };
  outcome: Outcome;
  name: string;
  as_of: Time;
  at: Time;
  reason: DecisionReason;
  superseded: boolean;
  history: boolean;
  why: Text;
};
export type Truth = "true" | "false" | "unknown";
export type Value = { said: Text; value: Text; wanted: Text; truth: Truth };
export type DecisionDetail = Decision & {
  said: Text;
  values: Value[];
  evidence: TimelineItem[];
  corrects: string | null;
};
export type WhyNot = { holds: boolean; why: Text; values: Value[] };

export type Purpose = "customer_service";
export type Original = { media_type: string; text: string | null; base64: string | null; name: string | null };
export type Access = { time: Time; actor: string; purpose: Text; basis: Text; records: number; allowed: boolean };

export type Action = { do: Outcome; tag?: string; title?: string };
export type Rule = {
  id: string;
  name: string;
  sentence: string;
  said: Text;
  on: boolean;
  version: number;
  action: Action;
  trigger: "becomes" | "while";
  holding: number;
  fired_24h: number;
  created_at: Time;
};
export type RuleDetail = Rule & { decisions: Decision[] };

export type Answers = Record<string, string>;
export type Choice = { id: string; text: Text };
export type CountedChoice = Choice & { count: number | null };
export type Question = { id: string; text: Text; choices: CountedChoice[] };
export type Assumption = { id: string; text: Text; chosen: string; choices: Choice[] };
export type PreviewCustomer = { customer: string; name: string | null; now: boolean; month_ago: boolean };
export type Preview = {
  now: number;
  month_ago: number;
  population: number;
  sample: PreviewCustomer[];
  unknown: number;
};
export type Reading = {
  status: "understood" | "ask" | "refused";
  understood: Text | null;
  unused: string[];
  reason: Text | null;
  near: Text[];
  questions: Question[];
  assumptions: Assumption[];
  definition: Record<string, unknown> | null;
  preview: Preview | null;
};
export type NewRule = { sentence: string; answers: Answers; name?: string; existing: boolean };

export type Latency = { p50_ms: number; p99_ms: number; max_ms: number; flush_p50_ms: number; flush_p99_ms: number };
export type Source = {
  id: string;
  name: string;
  accepted: number;
  duplicates: number;
  rejected: number;
  last_at: Time | null;
};
export type Rejection = {
  at: Time;
  source: string;
  line: number | null;
  field: string;
  code: string;
  message: Text;
};
export type KindCount = { kind: string; label: Text; count: number };
export type Hub = { identity: string; scheme: string; label: Text; value: string; degree: number };
export type EventsSummary = {
  total: number;
  per_second: number[];
  latency: Latency;
  sources: Source[];
  rejections: Rejection[];
  kinds: KindCount[];
  hubs: Hub[];
  vault: { up: boolean; level: string };
};
export type NewSource = { id: string; name: string; key: string };

export type Commit = {
  seq: number;
  events: number;
  customers: string[];
  kinds: Record<string, number>;
  decisions: Decision[];
  recent: TimelineItem[];
};
