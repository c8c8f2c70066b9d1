/**
 * What the server sends and takes, by the names the desk uses. The shapes are generated from its OpenAPI document
 * (`npm run generate`); only what OpenAPI cannot say stands here: frames of the live socket, settings forms.
 */
import type { components } from "./openapi.d.ts";

type Schemas = components["schemas"];

export type Id = string;
/** A time as ISO 8601 in UTC. */
export type Iso = string;

export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Named = Schemas["Named"];

// --- Team ---

export type Me = Schemas["Me"];
export type MePatch = Schemas["MePatch"];
export type Role = Me["role"];
export type Limits = Schemas["Limits"];
export type Room = NonNullable<Limits["rooms"]>[number];
export type Availability = Me["availability"];
export type ThemeChoice = Me["theme"];
export type Language = Me["locale"];
export type KeyAction = Schemas["ActionKeys"]["id"];
export type KeyPlace = Schemas["ActionKeys"]["place"];
export type KeyPreset = NonNullable<Schemas["Keys"]["preset"]>;
export type KeyBook = Omit<Schemas["KeyBook"], "actions"> & {
  actions: { id: KeyAction; place: KeyPlace; presets: Record<KeyPreset, string> }[];
};
export type Occasion = NonNullable<Schemas["Notifications"]["occasions"]>[number];
export type QuietHours = Required<Schemas["QuietHours"]>;
export type Notifications = Required<Omit<Schemas["Notifications"], "quiet">> & { quiet: QuietHours | null };
export interface MyKeys {
  preset: KeyPreset;
  own: Partial<Record<KeyAction, string[]>>;
}
/** The server always says all of it. */
export type MySettings = Required<Omit<Schemas["MySettings"], "keymap" | "keys" | "notifications">> & {
  keymap: Record<KeyAction, string[]>;
  keys: MyKeys;
  notifications: Notifications;
};
export type SettingsChange = Partial<Omit<MySettings, "version" | "keymap">>;
export type Signature = Schemas["Signature"];
export type SignatureBelow = Schemas["SignatureBelow"];
export type WaysIn = Schemas["WaysIn"];
export type SecondFactorOffer = Schemas["SecondFactorOffer"];
export type SecondFactorState = Schemas["SecondFactorState"];
export type RecoveryCodes = Schemas["RecoveryCodes"];
export type EnrolledMe = Schemas["EnrolledMe"];
export type PasswordIdea = Schemas["PasswordIdea"];
export type RevealedNumber = Schemas["RevealedNumber"];
export type ErasureOrder = Schemas["ErasureOrder"];
export type ErasurePreview = Schemas["ErasurePreview"];
export type ErasureView = Schemas["ErasureView"];
export type LakeState = Schemas["LakeState"];
export type AnalyticsReport = Schemas["AnalyticsReport"];
export type AnalyticsFunnel = Schemas["Funnel"];
export type AnalyticsChoices = Schemas["AnalyticsChoices"];
export type AnalyticsDay = Schemas["DayFigures"];
export type AnalyticsFigures = Schemas["VisitFigures"];
export type Enrichment = Schemas["Enrichment"];
export type EnrichmentService = Schemas["ListedEnrichmentService"];
export type NewEnrichmentService = Schemas["NewEnrichmentService"];
export type EnrichmentServicePatch = Schemas["EnrichmentServicePatch"];
export type TriedService = Schemas["TriedService"];
export type LakeDay = Schemas["LakeDay"];
export type LakeTable = Schemas["LakeTable"];
export type MaskingView = Schemas["MaskingView"];
export type RetentionView = Schemas["RetentionView"];
export type RetentionRule = Schemas["RuleView"];
export type RuledClass = RetentionRule["record_class"];
export type RecordClass = Conversation["record_class"];
export type DryRun = Schemas["DryRun"];
export type ClassOutlook = Schemas["ClassOutlook"];
export type RetentionRun = Schemas["Run"];
export type TechnicalRule = Schemas["TechnicalRule"];
export type HeldCaseLine = Schemas["HeldCaseLine"];
export type HeldContent = Schemas["HeldContent"];
export type OfferedIdentity = Schemas["OfferedIdentity"];
export type AccessOrder = Schemas["AccessOrder"];
export type AccessRequestView = Schemas["AccessRequestView"];
export type Import = Schemas["Import"];
export type ImportDetail = Schemas["ImportDetail"];
export type ImportForeseen = Schemas["Foreseen"];
export type ImportOptions = Schemas["ImportOptions"];
export type ImportOrder = Schemas["ImportOrder"];
export type TableColumns = Schemas["TableColumns"];
export type TableColumn = Schemas["SeenColumn"];
export type TableMapping = Schemas["TableMapping"];
export type ColumnUse = Schemas["ColumnUse"];
export type WholeExport = Schemas["WholeExport"];
export type Strength = Schemas["Strength"];
export type OpenSession = Schemas["OpenSession"];
export type SignInPolicyView = Schemas["SignInPolicyView"];
export type SystemState = Schemas["SystemState"];
export type ParkedItem = Schemas["ParkedItemView"];
export type ParkedFact = Schemas["ParkedFactView"];
export type PolicyChange = Schemas["PolicyChange"];
export type SsoChange = Schemas["SsoChange"];
export type SetupState = Schemas["SetupState"];
export type SetupRequest = Schemas["SetupRequest"];
export type Invitation = Schemas["Invitation"];
export type InvitationRequest = Schemas["InvitationRequest"];
export type Acceptance = Schemas["Acceptance"];
export type Agent = Schemas["Agent"];
export type AgentPatch = Schemas["AgentPatch"];
export type Team = Schemas["Team"];
export type TeamRequest = Schemas["TeamRequest"];
export type TeamPatch = Schemas["TeamPatch"];
export type ApiKey = Schemas["ApiKey"];
export type NewApiKey = Schemas["NewApiKey"];
export type KeyRequest = Schemas["KeyRequest"];
export type Scope = ApiKey["scopes"][number];
export type Source = Schemas["ListedSource"];
export type SourceDetail = Schemas["SourceDetail"];
export type NewSource = Schemas["NewSource"];
export type SourcePatch = Schemas["SourcePatch"];
export type MadeSource = Schemas["MadeSource"];
export type WriteKey = Schemas["WriteKey"];
export type DebuggedEvent = Schemas["DebuggedEvent"];
export type QuarantinedEvent = Schemas["QuarantinedEvent"];
export type TrackingPlan = Schemas["TrackingPlan"];
export type PlannedEvent = Schemas["PlannedEvent"];
export type PlanEntry = Schemas["PlanEntry"];
export type Shown = "all" | "taken" | "refused";
export type Checklist = Schemas["Checklist"];
export type ChecklistKey = Checklist["items"][number]["key"];

// --- Conversations ---

export type Row = Schemas["Row"];
export type Status = Row["status"];
export type Priority = Row["priority"];
export type Tag = Schemas["Tag"];
export type CustomerFace = Schemas["CustomerName"];
export type View = Schemas["View"];
export type ViewKind = View["kind"];
export type Filter = Schemas["Filter"];
export type NewView = Schemas["ViewDraft"];
export type ViewChange = Schemas["ViewChange"];
export type Conversation = Omit<Schemas["ConversationView"], "draft_text"> & { draft_text: KeptDraft | null };
/** A draft as the server kept it. */
export type KeptDraft = DraftRequest & { attachments?: Attachment[]; updated_at?: Iso };
export type ConversationPatch = Schemas["Change"];
export type Act = Schemas["Act"];
export type NewAct = Schemas["NewAct"];
export type Chosen = Schemas["Chosen"];
export type Macro = Schemas["Macro"];
export type MacroDraft = Schemas["MacroDraft"];
export type MacroSteps = Schemas["Steps"];
export type MacroPreview = Schemas["MacroPreview"];
export type JoinCandidate = Schemas["JoinCandidate"];
export type ScheduledAnswer = Schemas["ScheduledAnswer"];
export type NewScheduledAnswer = Schemas["NewScheduledAnswer"];
export type ScheduledChange = Schemas["ScheduledChange"];
export type Reminder = Schemas["Reminder"];
export type ReminderDraft = Schemas["ReminderDraft"];
export type Participant = Schemas["ParticipantView"];
export type JoinSuggestion = Schemas["JoinSuggestion"];
export type Continuations = Schemas["Continuations"];
export type OfferedContinuation = Schemas["Offered"];
export type Route = Schemas["Route"];
export type DraftRequest = Schemas["Draft"];
export type StartRequest = Schemas["NewConversation"];
export type Content = NonNullable<Schemas["Entry"]["content"]>;
export type ContentButton = Schemas["Button"];
export type Entry = Omit<Schemas["Entry"], "activity" | "reactions"> & {
  activity: Activity | null;
  reactions: Reaction[];
};
/** A line that the system writes: the desk puts the code into words. */
export interface Activity {
  code: string;
  params: {
    name?: string | null;
    inbox?: string;
    to?: string | null;
    until?: string;
    conversation_id?: string;
    number?: string;
  };
}
export interface Reaction {
  emoji: string;
  by: string;
}
export type Attachment = Schemas["File"];
export type AuthorKind = Row["last_author"];
export type DeliveryStatus = NonNullable<Entry["status"]>;
export type SendRequest = Schemas["NewMessage"];
export type NoteRequest = Schemas["NewNote"];
export type CannedAnswer = Omit<Schemas["CannedAnswer"], "locale"> & { locale: Language | null };
export type CannedAnswerRequest = Schemas["CannedAnswerDraft"];
export type SearchHit = Schemas["Hit"];
export type SearchResult = Schemas["Found"];
export type SearchKind = "all" | "message" | "customer";
export type Start = Omit<Schemas["Start"], "recent"> & { recent: Recent[] };
export type Recent = Schemas["Recent"];
export type NewRecent = { words: string } | { customer_id: Id } | { conversation_id: Id };

export interface SearchQuery {
  q: string;
  kind?: SearchKind;
  status?: Status;
  inbox_id?: Id;
  assignee?: Id;
  channel?: string;
  customer?: Id;
  since?: Iso;
  /** Not included. */
  until?: Iso;
}

// --- Customers ---

export type CustomerRow = Schemas["CustomerRow"];
export type CustomerCard = Omit<Schemas["CustomerCard"], "conversations"> & {
  conversations: CustomerConversation[];
};
export type CustomerConversation = Omit<Schemas["CustomerCase"], "status"> & { status: Status };
export type HistoryLine = Schemas["HistoryLine"];
export type MergePreview = Schemas["MergePreviewView"];
export type UnmergePreview = Schemas["UnmergePreviewView"];
export type PreviewSide = Schemas["PreviewSide"];
export type Leaving = { identity_ids: number[]; link_id?: number };
export type CustomerSuggestion = Schemas["CustomerSuggestion"];
export type IdentityGraph = Schemas["IdentityGraph"];
export type GraphNode = Schemas["GraphNode"];
export type GraphEdge = Schemas["GraphEdge"];
export type Evidence = Schemas["MatchEvidence"];
export type Matching = Schemas["Matching"];
export type MatchPolicy = Schemas["MatchPolicy"];
export type MatchRun = Schemas["MatchRunView"];
export type Protection = Schemas["Protection"];
export type KindRule = Schemas["KindRule"];
export type IdentityRule = Schemas["IdentityLimit"];
export type NewBlocked = Schemas["NewBlocked"];
export type BlockedValue = Schemas["BlockedValue"];
export type HeldJoin = Schemas["HeldView"];
export type HeldSide = Schemas["HeldSide"];
export type HeldVerdict = Schemas["HeldVerdict"];
export type HeldDecision = Schemas["HeldDecision"];
export type DataQuality = Schemas["DataQuality"];
export type SuggestedPair = Schemas["SuggestedPair"];
export type SuggestedCustomer = Schemas["SuggestedCustomer"];
export type NewCustomer = Schemas["NewCustomer"];
export type CustomerPatch = Schemas["CustomerPatch"];
export type Identity = Schemas["CustomerIdentity"];
export type Proof = Identity["proof"];
export type Claim = Schemas["CustomerClaim"];
export type Trait = Schemas["Trait"];
export type TimelineItem = Schemas["TimelineLine"];
export type TimelineKind = TimelineItem["kind"];

export type CustomerConsents = Schemas["CustomerConsents"];
export type ConsentStanding = Schemas["ConsentStanding"];
export type ConsentEntry = Schemas["ConsentEntry"];
export type Purpose = ConsentStanding["purpose"];
export type NewConsent = Schemas["NewConsent"];
export type NotedAge = Schemas["NotedAge"];
export type DueNotice = Schemas["DueNotice"];
export type ConsentText = Schemas["ConsentText"];
export type NewConsentText = Schemas["NewConsentText"];

/** A node of the rule language; which fields it has goes by its kind, see docs/segments.md. */
export type SegmentRule = { kind: string } & Record<string, unknown>;
export type SegmentRow = Schemas["SegmentRow"];
export type SegmentCard = Omit<Schemas["SegmentCard"], "rule"> & { rule: SegmentRule };
export type SegmentBody = Omit<Schemas["SegmentBody"], "rule"> & { rule: SegmentRule };
export type SegmentPreview = Schemas["SegmentPreview"];
export type SegmentPerson = Schemas["SegmentPerson"];
export type SegmentWhy = Schemas["SegmentWhy"];
export type Stay = Schemas["Stay"];
export type Vocabulary = Schemas["Vocabulary"];
export type FittingPage = Schemas["FittingPage"];
/** What is worked out of events, see docs/segments.md. */
export type Computation = { measure: string } & Record<string, unknown>;
export type ComputedRow = Omit<Schemas["ComputedRow"], "computation"> & { computation: Computation };
export type ComputedBody = Omit<Schemas["ComputedBody"], "computation"> & { computation: Computation };
export type ComputedPreview = Schemas["ComputedPreview"];
export type ComputedValue = Schemas["ComputedValue"];
export type CustomerFigures = Schemas["CustomerFigures"];
export type RfmPicture = Schemas["RfmPicture"];
export type RfmCell = RfmPicture["cells"][number];
export type Amount = Schemas["Amount"];
export type OrderedProduct = Schemas["OrderedProduct"];
export type OrderRow = Schemas["OrderRow"];
export type OrderView = Schemas["OrderView"];
export type CustomerOrders = Schemas["CustomerOrders"];
export type ProductCard = Schemas["ProductCard"];
export type Judged = Schemas["Judged"];
export type ReturnView = Schemas["ReturnView"];
export type ReturnState = ReturnView["state"];
export type OrderReturns = Schemas["OrderReturns"];
export type ReturnRequest = Schemas["ReturnRequest"];
export type ReturnStep = Schemas["StepWanted"];
export type ReturnMove = ReturnStep["to"];
export type ReturnPolicy = Schemas["ReturnPolicy"];
export type StoredPlace = Schemas["StoredPlace"];
export type CounterShop = Schemas["CounterShop"];
export type CounterVisit = Schemas["CounterVisit"];
export type NewVisit = Schemas["NewVisit"];
export type CounterOrder = Schemas["CounterOrder"];
export type NewSale = Schemas["NewSale"];
export type CounterSale = Schemas["CounterSale"];
export type CounterReturn = Schemas["CounterReturn"];
export type CounterReturned = Schemas["CounterReturned"];
export type CompanyRow = Schemas["CompanyRow"];
export type CompanyCard = Omit<Schemas["CompanyCard"], "conversations"> & {
  conversations: (Omit<Schemas["CompanyCase"], "status"> & { status: Status })[];
};
export type CompanyPerson = Schemas["CompanyPerson"];
export type CompanyPatch = Schemas["CompanyPatch"];
export type NewCompany = Schemas["NewCompany"];
export type Membership = Schemas["Membership"];

export type Export = Schemas["Export"];
export type ExportFormat = Export["format"];
export type ConversationExport = Schemas["ConversationExport"];
export type CustomerExport = Schemas["CustomerExport"];
export type TranscriptRequest = Schemas["TranscriptRequest"];

// --- Channels and brands ---

export type Bilingual = Schemas["Text"];

/** One field of a settings form, as the channel's JSON Schema describes it. */
export interface SchemaProperty {
  type?: string;
  title?: string;
  description?: string;
  ko?: { title?: string; description?: string };
  format?: string;
  writeOnly?: boolean;
  enum?: string[];
  /** What the values of `enum` are called. */
  choices?: Record<string, Bilingual>;
  /** How a good value is made for whoever has none: random text, or a Standard Webhooks secret. */
  generate?: "text" | "whsec";
  default?: unknown;
  minimum?: number;
  maximum?: number;
  items?: { type?: string };
}

export interface ConfigSchema {
  properties: Record<string, SchemaProperty>;
  required?: string[];
}

/** Where we `may_start`, we can write first to identities of the kind that the channel `reaches`. */
export type Channel = Omit<Schemas["Channel"], "schema" | "policy"> & {
  schema: ConfigSchema;
  policy: Schemas["ReturnPolicy"] & { may_start?: boolean; reaches?: string };
};
export type Health = Omit<Schemas["InboxHealth"], "facts"> & { facts: Record<string, string> };
export type Inbox = Omit<Schemas["InboxView"], "health" | "config"> & {
  health: Health;
  config: Record<string, unknown>;
};
export type InboxRequest = Omit<Schemas["NewInbox"], "config"> & { config: Record<string, unknown> };
export type InboxChange = Partial<Omit<InboxRequest, "channel">> & { enabled?: boolean };
export type CheckRequest = Omit<Schemas["CheckRequest"], "config"> & { config: Record<string, unknown> };
export type CheckResult = Omit<Schemas["CheckResult"], "facts"> & { facts: Record<string, string> };
export type Delivery = Schemas["DeliveryView"];
export type Attempt = Schemas["AttemptLine"];
export type Brand = Schemas["Brand"];
export type BrandPatch = Schemas["BrandPatch"];
export type Hours = Schemas["Hours"];
export type Opening = Schemas["Opening"];
export type Weekday = Exclude<keyof Hours, "closed_on">;

// --- Records ---

export type AccessLine = Schemas["AccessLine"];
export type AccessAct = AccessLine["act"];
export type ReasonKind = NonNullable<AccessLine["reason"]>;
export type AuditLine = Schemas["AuditLine"];
export type RecordActor = Schemas["RecordActor"];
export type Verdict = Schemas["Verdict"];
export type Fault = NonNullable<Verdict["finding"]>["fault"];
export type ReviewedMonth = Schemas["ReviewedMonth"];
export type MonthReview = Schemas["MonthReview"];
export type ReviewSummary = Schemas["ReviewSummary"];

/** What somebody looks for in the records. */
export interface Sought {
  actor?: string;
  act?: string;
  subject?: string;
  customer?: Id;
  since?: Iso;
  /** Not included. */
  until?: Iso;
  address?: string;
}

// --- Analytics ---

/** What is asked about: whole days of the company's zone. */
export type AnalyticsQuery = {
  first: string;
  last: string;
  event?: string;
  source?: string;
  segment?: string;
};

// --- The live socket ---

export type ServerFrame =
  | { type: "ready"; cursor: string }
  | { type: "reset" }
  | { type: "conversation"; cursor: string; row: Row; views_changed: boolean }
  | { type: "entry"; cursor: string; conversation_id: Id; entry: Entry }
  | { type: "agent"; cursor: string; agent_id: Id; availability?: Availability }
  | { type: "customer"; cursor: string; customer_id: Id }
  | { type: "inbox"; cursor: string; inbox_id: Id }
  | {
      type: "signal";
      conversation_id: Id;
      kind: "viewing" | "typing" | "left" | "customer_typing";
      agent_id: Id | null;
      name: string | null;
      on: boolean;
    }
  | { type: "system" }
  | { type: "settings" }
  | { type: "mention"; conversation_id: Id; entry_id: Id }
  | { type: "reminder"; conversation_id: Id; reminder_id: Id; due: boolean }
  | { type: "ping" };

export type ClientFrame =
  | { type: "hello"; cursor: string | null }
  | { type: "viewing"; conversation_id: Id | null }
  | { type: "typing"; conversation_id: Id; identity_id: number | null; on: boolean }
  | { type: "pong" };
