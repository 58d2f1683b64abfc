// The server's shapes under the names the app uses. `npm run api` writes schema.gen.ts from docs/openapi.json, so a change
// of the server that matters here fails the type check; only what the schema leaves open is said by hand.
import type * as S from "./schema.gen";

/** What the server sends: members that may be null are there all the same. */
type Sent<T> = T extends readonly (infer Item)[] ? Sent<Item>[] : T extends object ? { [K in keyof T]-?: Sent<Exclude<T[K], undefined>> } : T;
/** The same with some members said more closely. */
type Closer<T, More> = Omit<T, keyof More> & More;

export type Text = S.Text;
export type SearchPage = Sent<S.SearchPage>;
export type SearchItem = SearchPage["items"][number];
export type SearchPart = S.SearchPart;
/** RFC 3339, UTC. */
export type Time = string;
export type Page<T> = { items: T[]; next: string | null };

export type ApiProblem = Sent<S.ErrorBody>;
export type Health = Closer<S.Health, { vault: "up" | "down" }>;

export type User = S.UserView;
export type Company = S.CompanyView;
export type Session = Sent<S.SessionView>;
export type Setup = S.SetupRequest;
/** The names of rights that the interface asks for. */
export type Right =
  | "customers.read"
  | "customers.reveal"
  | "customers.originals"
  | "customers.export"
  | "customers.unmerge"
  | "customers.erase"
  | "tasks.write"
  | "rules.read"
  | "rules.write"
  | "events.read"
  | "kinds.write"
  | "sources.write"
  | "objects.write"
  | "records.export"
  | "people.manage"
  | "audit.read"
  | "demo.clear";

/** What the type of a field is called. */
export type Holds =
  | "text"
  | "long_text"
  | "number"
  | "money"
  | "percent"
  | "date"
  | "instant"
  | "bool"
  | "choice"
  | "multi_choice"
  | "user"
  | "phone"
  | "email"
  | "link"
  | "customer"
  | "relation"
  | "relations"
  | "tags"
  | "address"
  | "files";
/** What may be done with a field; each allows what those before it do. */
export type FieldAccess = S.FieldAccess;
export type Field = Closer<Sent<S.ObjectField>, { type: Holds }>;
export type Scope = S.Scope;
export type RecordRights = { read: Scope; write: Scope; condition?: Filter; fields?: Record<string, FieldAccess> };
export type RoleAccess = { others: RecordRights; objects: Record<string, RecordRights> };
export type ObjectType = Closer<S.ObjectView, { fields: Field[]; rights: RecordRights }>;
export type ObjectDraft = S.ObjectRequest;
export type ObjectChange = S.ObjectChange;
export type FieldDraft = S.FieldRequest;
export type How = S.How;
export type RollupDraft = S.RollupRequest;
export type TriedFormula = Closer<Sent<S.FormulaView>, { type: Holds; samples: { id: string; title: string | null; value: Cell }[] }>;
export type ConversionDraft = S.ConversionRequest;
export type Conversion = Sent<S.ConversionPreview>;
export type FieldChange = S.FieldChange;
export type Member = S.MemberView;

/** The parts of an address; those that are not known are left out. */
export type Address = { country?: string; region?: string; city?: string; district?: string; street?: string; postcode?: string };
/** A file among the values of a record. */
export type FileValue = Pick<S.AttachmentView, "id" | "name" | "bytes" | "media_type">;
export type Cell = string | number | boolean | number[] | string[] | FileValue[] | Address | null;
export type Values = Record<string, Cell>;
export type RecordRow = Closer<Sent<S.RecordView>, { values: Values }>;
export type Labels = Record<string, string>;
export type RecordDetail = { record: RecordRow; labels: Labels };
export type RecordPage = { items: RecordRow[]; labels: Labels; next: string | null };
export type Changed = { detail: RecordDetail | null; change: string | null };
export type Op = "equal" | "not_equal" | "less" | "at_most" | "more" | "at_least" | "contains" | "one_of" | "present" | "empty" | "last" | "next" | "this";
export type Period = { count?: number; unit: "day" | "week" | "month" | "quarter" | "year" };
export type Is = { field: string; op: Op; value?: Cell | Period };
export type Unit = Period["unit"];
export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | { is: Is } | { to: { field: string; filter: Filter } } | { from: { object: string; field: string; filter: Filter } };
export type Sort = { field: string; descending: boolean };
export type BoardColumn = Closer<Sent<S.BoardColumn>, { items: RecordRow[] }>;
export type Board = { columns: BoardColumn[]; labels: Labels };
export type Layout = S.Layout;
export type ViewColumn = { field: string; width: number | null };
export type GroupBy = { field: string; unit: Unit | null };
export type Chart = Closer<Sent<S.Chart>, { by: GroupBy | null }>;
export type Calendar = { field: string; span: S.CalendarSpan };
export type ViewBody = { filter: Filter; sort: Sort[]; layout: Layout; columns: ViewColumn[]; frozen: number; group: GroupBy | null; chart: Chart | null; calendar: Calendar | null };
export type View = Closer<S.ViewView, { body: ViewBody }>;
export type ViewDraft = Pick<View, "name" | "shared" | "body">;
export type Amounts = Sent<S.Amounts>;
export type GroupPart = Sent<S.GroupPart>;
export type Group = { value: Cell; filter: Filter; amounts: Amounts; parts: GroupPart[] };
export type Groups = { items: Group[]; total: Amounts; rest: number; labels: Labels };
export type SimilarRecord = Sent<S.SimilarRecord>;
export type Favourite = Sent<S.Favourite>;
export type FavouriteDraft = S.FavouriteRequest;
export type GroupsRequest = { list: ListRequest; by: GroupBy | null; split?: string | null; sums?: string[] };
export type Job = Sent<S.JobView>;
export type BulkAct = "change" | "trash" | "restore";
export type WhySeen = S.WhySeen;
export type Share = S.ShareView;
export type Attachment = Sent<S.AttachmentView>;
export type Attachments = { items: Attachment[]; removed: Attachment[] };
export type ListRequest = { filter?: Filter; q?: string; sort?: Sort[]; cursor?: string | null; limit?: number; trashed?: boolean };
export type ChangeLine = Closer<Sent<S.ChangeView>, { act: "added" | "changed" | "trashed" | "restored" | "erased" | "attached" | "detached" | "reattached" | "destroyed"; fields: { field: string; label: Text; before: Cell; after: Cell }[] }>;
export type ChangePage = { items: ChangeLine[]; next: string | null };

export type Person = Sent<S.PersonView>;
export type PersonChange = S.PersonChange;
export type Team = Sent<S.TeamView>;
export type TeamDraft = Sent<S.TeamRequest>;
export type Invitation = S.InvitationView;
export type NewInvitation = Sent<S.NewInvitation>;
export type Invited = S.Invited;
export type Role = Closer<S.RoleView, { rights: Right[]; records: RoleAccess }>;
export type RolePage = { items: Role[]; rights: { name: Right; label: Text }[] };
export type ApiKey = Sent<S.ApiKeyView>;
export type NewApiKey = S.NewApiKey;
export type AuditLine = S.AuditView;
export type OpenSession = S.OpenSession;
export type Account = Sent<S.AccountView>;
export type Passkey = Sent<S.PasskeyView>;
export type SignInSettings = Sent<S.SignInSettings>;
export type Mail = Closer<Sent<S.MailView>, { privacy: "tls" | "starttls" | "none" }>;
export type MailDraft = Omit<Mail, "password"> & { password: string };
export type Provider = Sent<S.ProviderView>;
export type ProviderPage = Sent<S.ProviderPage>;
export type ProviderDraft = { label: string; issuer: string; client_id: string; client_secret: string; role: string | null; domains: string[] };

export type CustomerRow = Sent<S.CustomerItem>;
export type ProfileField = S.ProfileValue;
export type Identifier = S.IdentifierView;
export type Tag = S.TagView;
export type Merge = S.MergeView;
export type Task = S.TaskView;
export type Customer = Sent<S.CustomerView>;
export type Erasure = Sent<S.Erasure>;
export type Revealed = S.RevealedIdentifiers;

export type TimelineField = S.FieldView;
export type OriginalRef = S.OriginalView;
export type TimelineItem = S.TimelineItem;

export type Outcome = "set_tag" | "clear_tag" | "add_task";
export type DecisionReason = "event" | "time" | "late_event" | "merge" | "rule_changed";
export type Decision = Closer<Sent<S.DecisionView>, { outcome: Outcome | "withdrawn"; reason: DecisionReason }>;
export type Truth = "true" | "false" | "unknown";
export type Value = Closer<S.ValueView, { truth: Truth }>;
export type DecisionDetail = Closer<Sent<S.DecisionDetail>, Pick<Decision, "outcome" | "reason"> & { values: Value[] }>;
export type WhyNot = Closer<S.WhyNot, { values: Value[] }>;

export type Original = Sent<S.OpenedOriginal>;
export type Access = S.AccessItem;

export type Action = { do: Outcome; tag?: string; title?: string };
export type Rule = Closer<Sent<S.RuleView>, { action: Action | null; trigger: "becomes" | "while" }>;
export type RuleVersion = S.VersionView;
export type RuleDetail = Rule & { decisions: Decision[]; versions: RuleVersion[] };

export type Answers = Record<string, string>;
export type Choice = Pick<S.TriedChoice, "id" | "text">;
/** The count is there when the choice answers a question. */
export type CountedChoice = S.TriedChoice;
export type Question = S.TriedQuestion;
export type Assumption = S.TriedAssumption;
export type PreviewCustomer = Sent<S.SampleRow>;
export type Preview = Sent<S.Preview>;
export type Reading = Closer<
  Sent<S.ReadAnswer>,
  { status: "understood" | "ask" | "refused"; questions: Question[]; assumptions: Assumption[]; definition: Record<string, unknown> | null }
>;
export type Difference = Sent<S.Difference>;
/** A reading of what a rule is to say instead; the difference is there when it is understood and the rule is on. */
export type EditReading = Reading & { difference?: Difference | null };
export type NewRule = { sentence: string; answers: Answers; name?: string; existing: boolean };

export type Source = Sent<S.SourceView>;
export type Rejection = Sent<S.RejectionView>;
export type Hub = S.HubView;
export type Isolation = "separate_users" | "landlock" | "process_only";
export type EventsSummary = Closer<Sent<S.Summary>, { vault: { up: boolean; level: Isolation | null } }>;
export type NewSource = S.NewKey;
export type KindField = Closer<S.KindField, { type: "text" | "number" | "money" | "bool" | "time"; class: "plain" | "personal" | "original" }>;
export type Kind = Closer<S.KindView, { fields: KindField[] }>;

export type Commit = Closer<S.LiveCommit, { decisions: Decision[] }>;

export type Comment = Sent<S.CommentView>;
export type Related = Sent<S.RelatedView>;
/** The sorts of entries of a record's timeline. */
export type TimelineSort = "changes" | "comments" | "records" | "events" | "decisions";
export type TimelineEntry = { at: Time; change: ChangeLine | null; comment: Comment | null; record: Related | null; event: TimelineItem | null; decision: Decision | null };
export type RecordTimeline = { items: TimelineEntry[]; labels: Labels; sorts: TimelineSort[]; next: string | null };
export type Notice = Closer<Sent<S.NoticeView>, { kind: "mention" | "comment" | "change" | "owner" }>;
export type NoticeChoices = S.NoticeChoices;
