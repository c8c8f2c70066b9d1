import type * as c from "./contract.ts";
import { download, type Query, request, type StatedReason, upload } from "./http.ts";

/** Every call that the desk makes, by what it is about. Paths stand nowhere else. */
export const api = {
  setup: {
    state: () => request<c.SetupState>("GET", "/api/setup"),
    finish: (body: c.SetupRequest) => request<c.Me>("POST", "/api/setup", { body }),
  },

  session: {
    signIn: (email: string, password: string) =>
      request<c.Me>("POST", "/api/session", { body: { email, password } }),
    enter: (token: string) => request<c.Me>("POST", "/api/session/link", { body: { token } }),
    requestLink: (email: string) => request<void>("POST", "/api/session/link/request", { body: { email } }),
    signOut: () => request<void>("DELETE", "/api/session"),
    ways: () => request<c.WaysIn>("GET", "/api/session/ways"),
    giveCode: (token: string, code: string) =>
      request<c.Me>("POST", "/api/session/code", { body: { token, code } }),
    beginEnrolment: (token: string) =>
      request<c.SecondFactorOffer>("POST", "/api/session/enrolment", { body: { token } }),
    finishEnrolment: (token: string, code: string) =>
      request<c.EnrolledMe>("POST", "/api/session/enrolment/confirm", { body: { token, code } }),
    passwordStrength: (body: c.PasswordIdea, signal?: AbortSignal) =>
      request<c.Strength>("POST", "/api/password-strength", { body, signal }),
  },

  security: {
    secondFactor: () => request<c.SecondFactorState>("GET", "/api/me/second-factor"),
    begin: (current_password: string) =>
      request<c.SecondFactorOffer>("POST", "/api/me/second-factor", { body: { current_password } }),
    confirm: (code: string) =>
      request<c.RecoveryCodes>("POST", "/api/me/second-factor/confirm", { body: { code } }),
    renewCodes: (code: string) =>
      request<c.RecoveryCodes>("POST", "/api/me/second-factor/recovery-codes", { body: { code } }),
    turnOff: (code: string) => request<void>("POST", "/api/me/second-factor/remove", { body: { code } }),
    sessions: () => request<c.OpenSession[]>("GET", "/api/me/sessions"),
    endSession: (id: c.Id) => request<void>("DELETE", `/api/me/sessions/${id}`),
    endOthers: () => request<void>("DELETE", "/api/me/sessions"),
    signOutAgent: (id: c.Id) => request<void>("DELETE", `/api/agents/${id}/sessions`),
    resetAgent: (id: c.Id) => request<void>("DELETE", `/api/agents/${id}/second-factor`),
    unlinkAgent: (id: c.Id) => request<void>("DELETE", `/api/agents/${id}/sso-links`),
    policy: () => request<c.SignInPolicyView>("GET", "/api/sign-in-policy"),
    changePolicy: (body: c.PolicyChange) =>
      request<c.SignInPolicyView>("PATCH", "/api/sign-in-policy", { body }),
  },

  me: {
    get: () => request<c.Me>("GET", "/api/me"),
    patch: (body: c.MePatch) => request<c.Me>("PATCH", "/api/me", { body }),
    settings: () => request<c.MySettings>("GET", "/api/me/settings"),
    changeSettings: (version: number, body: c.SettingsChange) =>
      request<c.MySettings>("PATCH", "/api/me/settings", { body: { ...body, version } }),
    keyBook: () => request<c.KeyBook>("GET", "/api/me/key-book"),
    signatures: () => request<c.Signature[]>("GET", "/api/me/signatures"),
    sign: ({ brand_id, locale, version }: c.Signature, text: string) =>
      request<c.Signature[]>("PUT", `/api/me/signatures/${brand_id}/${locale}`, { body: { text, version } }),
    setAvailability: (state: c.Availability) =>
      request<void>("PUT", "/api/me/availability", { body: { state } }),
  },

  team: {
    agents: () => request<c.Agent[]>("GET", "/api/agents"),
    patchAgent: (id: c.Id, body: c.AgentPatch) => request<c.Agent>("PATCH", `/api/agents/${id}`, { body }),
    invite: (body: c.InvitationRequest) => request<c.Invitation>("POST", "/api/invitations", { body }),
    acceptInvitation: (body: c.Acceptance) => request<c.Me>("POST", "/api/invitations/accept", { body }),
    list: () => request<c.Team[]>("GET", "/api/teams"),
    create: (body: c.TeamRequest) => request<c.Team>("POST", "/api/teams", { body }),
    patch: (id: c.Id, body: c.TeamPatch) => request<c.Team>("PATCH", `/api/teams/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/teams/${id}`),
  },

  keys: {
    list: () => request<c.ApiKey[]>("GET", "/api/keys"),
    create: (body: c.KeyRequest) => request<c.NewApiKey>("POST", "/api/keys", { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/keys/${id}`),
  },

  sources: {
    list: () => request<c.Source[]>("GET", "/api/sources"),
    create: (body: c.NewSource) => request<c.MadeSource>("POST", "/api/sources", { body }),
    get: (id: c.Id) => request<c.SourceDetail>("GET", `/api/sources/${id}`),
    patch: (id: c.Id, body: c.SourcePatch) =>
      request<c.SourceDetail>("PATCH", `/api/sources/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/sources/${id}`),
    addKey: (id: c.Id) => request<{ write_key: string }>("POST", `/api/sources/${id}/keys`),
    revokeKey: (id: c.Id, key: c.Id) => request<void>("DELETE", `/api/sources/${id}/keys/${key}`),
    renewTokenSecret: (id: c.Id) => request<{ secret: string }>("POST", `/api/sources/${id}/token-secret`),
    events: (id: c.Id, query: { shown: c.Shown; name: string }) =>
      request<c.DebuggedEvent[]>("GET", `/api/sources/${id}/events`, { query }),
    refused: (id: c.Id, cursor?: string) =>
      request<c.Page<c.QuarantinedEvent>>("GET", `/api/sources/${id}/refused`, { query: { cursor } }),
    replay: (id: c.Id, ids: number[]) =>
      request<{ taken: number; refused: number }>("POST", `/api/sources/${id}/refused/replay`, {
        body: { ids },
      }),
    discard: (id: c.Id, ids: number[]) =>
      request<void>("POST", `/api/sources/${id}/refused/discard`, { body: { ids } }),
    plan: (id: c.Id) => request<c.TrackingPlan>("GET", `/api/sources/${id}/plan`),
    planEvent: (id: c.Id, body: c.PlanEntry) =>
      request<c.PlannedEvent>("PUT", `/api/sources/${id}/plan`, { body }),
    unplanEvent: (id: c.Id, name: string) =>
      request<void>("DELETE", `/api/sources/${id}/plan`, { query: { name } }),
  },

  identity: {
    matching: () => request<c.Matching>("GET", "/api/identity/matching"),
    setMatchPolicy: (body: c.MatchPolicy) =>
      request<c.MatchPolicy>("PUT", "/api/identity/matching/policy", { body }),
    startMatch: () => request<c.MatchRun>("POST", "/api/identity/matching/runs"),
    protection: () => request<c.Protection>("GET", "/api/identity/rules"),
    setRule: (kind: string, body: c.IdentityRule) =>
      request<c.Protection>("PUT", `/api/identity/rules/${encodeURIComponent(kind)}`, { body }),
    resetRule: (kind: string) =>
      request<c.Protection>("DELETE", `/api/identity/rules/${encodeURIComponent(kind)}`),
    block: (body: c.NewBlocked) => request<c.BlockedValue>("POST", "/api/identity/blocked", { body }),
    unblock: (id: number) => request<void>("DELETE", `/api/identity/blocked/${id}`),
    held: (cursor?: string) =>
      request<c.Page<c.HeldJoin>>("GET", "/api/identity/held", { query: { cursor } }),
    decideHeld: (id: number, body: c.HeldVerdict) =>
      request<c.HeldDecision>("POST", `/api/identity/held/${id}`, { body }),
    quality: () => request<c.DataQuality>("GET", "/api/data-quality"),
  },

  checklist: () => request<c.Checklist>("GET", "/api/checklist"),

  views: {
    list: () => request<c.View[]>("GET", "/api/views"),
    create: (body: c.NewView) => request<c.View>("POST", "/api/views", { body }),
    patch: (id: c.Id, body: c.ViewChange) => request<c.View>("PATCH", `/api/views/${id}`, { body }),
    order: (ids: c.Id[]) => request<void>("PUT", "/api/views/order", { body: { view_ids: ids } }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/views/${id}`),
  },

  conversations: {
    list: (query: Query, signal?: AbortSignal) =>
      request<c.Page<c.Row>>("GET", "/api/conversations", { query, signal }),
    get: (id: c.Id) => request<c.Conversation>("GET", `/api/conversations/${id}`),
    patch: (id: c.Id, body: c.ConversationPatch) =>
      request<c.Conversation>("PATCH", `/api/conversations/${id}`, { body }),
    entries: (id: c.Id, before?: string) =>
      request<c.Page<c.Entry>>("GET", `/api/conversations/${id}/messages`, { query: { before } }),
    send: (id: c.Id, body: c.SendRequest) =>
      request<c.Entry>("POST", `/api/conversations/${id}/messages`, { body }),
    note: (id: c.Id, body: c.NoteRequest) =>
      request<c.Entry>("POST", `/api/conversations/${id}/notes`, { body }),
    continuations: (id: c.Id) => request<c.Continuations>("GET", `/api/conversations/${id}/continuations`),
    offerContinuation: (id: c.Id, inboxId: c.Id, locale: "ko" | "en") =>
      request<c.OfferedContinuation>("POST", `/api/conversations/${id}/continuations`, {
        body: { inbox_id: inboxId, locale },
      }),
    confirmContinuation: (id: c.Id) => request<void>("POST", `/api/continuations/${id}/confirm`),
    saveDraft: (id: c.Id, body: c.DraftRequest) =>
      request<void>("PUT", `/api/conversations/${id}/draft`, { body }),
    dropDraft: (id: c.Id) => request<void>("DELETE", `/api/conversations/${id}/draft`),
    join: (id: c.Id, into: c.Id, actId: c.Id) =>
      request<c.Conversation>("POST", `/api/conversations/${id}/join`, { body: { into, act_id: actId } }),
    joinCandidates: (id: c.Id) =>
      request<c.JoinCandidate[]>("GET", `/api/conversations/${id}/join-candidates`),
    split: (id: c.Id, body: { act_id: c.Id; message_ids: c.Id[]; subject?: string }) =>
      request<c.Act>("POST", `/api/conversations/${id}/split`, { body }),
    schedule: (id: c.Id, body: c.NewScheduledAnswer) =>
      request<c.ScheduledAnswer>("POST", `/api/conversations/${id}/scheduled`, { body }),
    remind: (id: c.Id, body: c.ReminderDraft) =>
      request<c.Reminder>("POST", `/api/conversations/${id}/reminders`, { body }),
    signature: (id: c.Id, identityId: number) =>
      request<c.SignatureBelow>("GET", `/api/conversations/${id}/signature`, {
        query: { identity_id: identityId },
      }),
    seen: (id: c.Id, messageId: c.Id) =>
      request<void>("POST", `/api/conversations/${id}/seen`, { body: { message_id: messageId } }),
    start: (body: c.StartRequest) => request<c.Conversation>("POST", "/api/conversations", { body }),
  },

  acts: {
    start: (body: c.NewAct) => request<c.Act>("POST", "/api/acts", { body }),
    get: (id: c.Id) => request<c.Act>("GET", `/api/acts/${id}`),
    last: () => request<{ act: c.Act | null }>("GET", "/api/acts/last"),
    undo: (id: c.Id) => request<c.Act>("POST", `/api/acts/${id}/undo`),
  },

  macros: {
    list: () => request<c.Macro[]>("GET", "/api/macros"),
    create: (body: c.MacroDraft) => request<c.Macro>("POST", "/api/macros", { body }),
    put: (id: c.Id, body: c.MacroDraft) => request<c.Macro>("PUT", `/api/macros/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/macros/${id}`),
    preview: (id: c.Id, conversationId: c.Id) =>
      request<c.MacroPreview>("GET", `/api/macros/${id}/preview`, {
        query: { conversation_id: conversationId },
      }),
  },

  scheduled: {
    patch: (id: c.Id, body: c.ScheduledChange) =>
      request<c.ScheduledAnswer>("PATCH", `/api/scheduled/${id}`, { body }),
    cancel: (id: c.Id) => request<c.ScheduledAnswer>("POST", `/api/scheduled/${id}/cancel`),
    restore: (id: c.Id) => request<c.ScheduledAnswer>("POST", `/api/scheduled/${id}/restore`),
    send: (id: c.Id) => request<c.Entry>("POST", `/api/scheduled/${id}/send`),
  },

  reminders: {
    tick: (id: c.Id, done: boolean) =>
      request<c.Reminder>("PATCH", `/api/reminders/${id}`, { body: { done } }),
  },

  messages: {
    undo: (id: c.Id) => request<c.Entry>("POST", `/api/messages/${id}/undo`),
    settle: (id: c.Id, outcome: "arrived" | "send_again") =>
      request<c.Entry>("POST", `/api/messages/${id}/settle`, { body: { outcome } }),
    retry: (id: c.Id) => request<c.Entry>("POST", `/api/messages/${id}/retry`),
    numbers: (id: c.Id, reason: StatedReason) =>
      request<c.RevealedNumber[]>("POST", `/api/messages/${id}/numbers`, { reason }),
    source: (id: c.Id, reason: StatedReason) => download(`/api/messages/${id}/source`, reason),
  },

  uploads: {
    send: (file: File, onProgress: (share: number) => void, signal: AbortSignal) =>
      upload<c.Attachment>("/api/uploads", file, { onProgress, signal }),
  },

  cannedAnswers: {
    list: () => request<c.CannedAnswer[]>("GET", "/api/canned-answers"),
    create: (body: c.CannedAnswerRequest) => request<c.CannedAnswer>("POST", "/api/canned-answers", { body }),
    patch: (id: c.Id, body: c.CannedAnswerRequest) =>
      request<c.CannedAnswer>("PATCH", `/api/canned-answers/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/canned-answers/${id}`),
    render: (id: c.Id, conversationId: c.Id) =>
      request<{ text: string }>("GET", `/api/canned-answers/${id}/render`, {
        query: { conversation_id: conversationId },
      }),
  },

  tags: {
    list: () => request<c.Tag[]>("GET", "/api/tags"),
    create: (body: { name: string; colour: string }) => request<c.Tag>("POST", "/api/tags", { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/tags/${id}`),
  },

  search: (query: c.SearchQuery, cursor?: string, signal?: AbortSignal) =>
    request<c.SearchResult>("GET", "/api/search", { query: { ...query, cursor }, signal }),

  recent: {
    start: () => request<c.Start>("GET", "/api/recent"),
    remember: (body: c.NewRecent) => request<void>("POST", "/api/recent", { body }),
    forget: (id: c.Id) => request<void>("DELETE", `/api/recent/${id}`),
    forgetAll: () => request<void>("DELETE", "/api/recent"),
  },

  analytics: {
    report: (query: c.AnalyticsQuery) => request<c.AnalyticsReport>("GET", "/api/analytics", { query }),
    funnel: (query: c.AnalyticsQuery & { step: string[]; within: number }) =>
      request<c.AnalyticsFunnel>("GET", "/api/analytics/funnel", { query }),
    choices: () => request<c.AnalyticsChoices>("GET", "/api/analytics/choices"),
  },

  enrichment: {
    state: () => request<c.Enrichment>("GET", "/api/enrichment"),
    switch: (name: string, enabled: boolean) =>
      request<c.Enrichment>("PUT", `/api/enrichment/plugs/${name}`, { body: { enabled } }),
    create: (body: c.NewEnrichmentService) =>
      request<c.EnrichmentService>("POST", "/api/enrichment/services", { body }),
    change: (id: c.Id, body: c.EnrichmentServicePatch) =>
      request<c.EnrichmentService>("PATCH", `/api/enrichment/services/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/enrichment/services/${id}`),
    retry: (id: c.Id) => request<{ count: number }>("POST", `/api/enrichment/services/${id}/retry`),
    test: (id: c.Id, value: string) =>
      request<c.TriedService>("POST", `/api/enrichment/services/${id}/test`, { body: { value } }),
  },

  lake: {
    state: () => request<c.LakeState>("GET", "/api/lake"),
  },

  privacy: {
    masking: () => request<c.MaskingView>("GET", "/api/masking"),
    changeMasking: (body: c.MaskingView) => request<c.MaskingView>("PUT", "/api/masking", { body }),
    erasures: () => request<c.ErasureView[]>("GET", "/api/erasures"),
    certificateUrl: (id: c.Id) => `/api/erasures/${id}/certificate/page`,
  },

  retention: {
    state: () => request<c.RetentionView>("GET", "/api/retention"),
    dryRun: () => request<c.DryRun>("POST", "/api/retention/dry-run"),
    change: (name: c.RuledClass, body: { days: number; action: "erase" | "delete"; explanation: string }) =>
      request<c.RetentionRule>("PUT", `/api/retention/rules/${name}`, { body }),
    switch: (name: c.RuledClass, body: { active: boolean; reason: string; dry_run_id?: c.Id }) =>
      request<c.RetentionRule>("POST", `/api/retention/rules/${name}/switch`, { body }),
    keepTechnical: (kind: string, days: number) =>
      request<c.TechnicalRule>("PUT", `/api/retention/technical/${kind}`, { body: { days } }),
    placeHold: (id: c.Id, reason: string) =>
      request<void>("PUT", `/api/conversations/${id}/hold`, { body: { reason } }),
    liftHold: (id: c.Id) => request<void>("DELETE", `/api/conversations/${id}/hold`),
    held: () => request<c.HeldCaseLine[]>("GET", "/api/held-cases"),
    openHeld: (id: c.Id, reason: StatedReason) =>
      request<c.HeldContent>("POST", `/api/held-cases/${id}/open`, { reason }),
  },

  accessRequests: {
    list: () => request<c.AccessRequestView[]>("GET", "/api/access-requests"),
    identities: (customerId: c.Id) =>
      request<c.OfferedIdentity[]>("GET", `/api/customers/${customerId}/access-requests/identities`),
    register: (customerId: c.Id, body: c.AccessOrder) =>
      request<c.AccessRequestView>("POST", `/api/customers/${customerId}/access-requests`, { body }),
    answer: (id: c.Id, answer: "given" | "refused" | "withdrawn") =>
      request<c.AccessRequestView>("POST", `/api/access-requests/${id}/answer`, { body: { answer } }),
    file: (id: c.Id, reason: StatedReason) => download(`/api/access-requests/${id}/file`, reason),
  },

  customers: {
    erasurePreview: (id: c.Id) => request<c.ErasurePreview>("GET", `/api/customers/${id}/erasure`),
    erase: (id: c.Id, body: c.ErasureOrder) =>
      request<c.ErasureView>("POST", `/api/customers/${id}/erasure`, { body }),
    list: (query: { q?: string; cursor?: string }, signal?: AbortSignal) =>
      request<c.Page<c.CustomerRow>>("GET", "/api/customers", { query, signal }),
    create: (body: c.NewCustomer) => request<c.CustomerCard>("POST", "/api/customers", { body }),
    get: (id: c.Id) => request<c.CustomerCard>("GET", `/api/customers/${id}`),
    patch: (id: c.Id, body: c.CustomerPatch) =>
      request<c.CustomerCard>("PATCH", `/api/customers/${id}`, { body }),
    timeline: (id: c.Id, kinds: c.TimelineKind[], cursor?: string) =>
      request<c.Page<c.TimelineItem>>("GET", `/api/customers/${id}/timeline`, {
        query: { kinds: kinds.join(","), cursor },
      }),
    history: (id: c.Id) => request<c.HistoryLine[]>("GET", `/api/customers/${id}/history`),
    suggestions: (id: c.Id) => request<c.CustomerSuggestion[]>("GET", `/api/customers/${id}/suggestions`),
    allSuggestions: (query: { cursor?: string; least?: number; below?: number }) =>
      request<c.Page<c.SuggestedPair>>("GET", "/api/customers/suggestions", { query }),
    graph: (id: c.Id) => request<c.IdentityGraph>("GET", `/api/customers/${id}/graph`),
    previewMerge: (ids: c.Id[]) =>
      request<c.MergePreview>("POST", "/api/customers/merge/preview", { body: { customer_ids: ids } }),
    merge: (ids: c.Id[]) =>
      request<{ customer_id: c.Id; link_id: number }>("POST", "/api/customers/merge", {
        body: { customer_ids: ids, confirmed: true },
      }),
    previewUnmerge: (id: c.Id, leaving: c.Leaving) =>
      request<c.UnmergePreview>("POST", `/api/customers/${id}/unmerge/preview`, { body: leaving }),
    unmerge: (id: c.Id, leaving: c.Leaving) =>
      request<{ customer_ids: c.Id[]; link_id: number }>("POST", `/api/customers/${id}/unmerge`, {
        body: { ...leaving, confirmed: true },
      }),
    separate: (id: c.Id, other: c.Id) =>
      request<{ link_id: number }>("POST", `/api/customers/${id}/separate`, { body: { customer_id: other } }),
    undo: (linkId: number) => request<void>("POST", `/api/customers/links/${linkId}/undo`),
  },

  exports: {
    conversations: (body: c.ConversationExport, reason: StatedReason) =>
      request<c.Export>("POST", "/api/exports/conversations", { body, reason }),
    customers: (body: c.CustomerExport, reason: StatedReason) =>
      request<c.Export>("POST", "/api/exports/customers", { body, reason }),
    records: (
      kind: "events" | "orders" | "returns" | "products" | "consents",
      body: c.WholeExport,
      reason: StatedReason,
    ) => request<c.Export>("POST", `/api/exports/${kind}`, { body, reason }),
    members: (segmentId: c.Id, format: c.ExportFormat, reason: StatedReason) =>
      request<c.Export>("POST", `/api/segments/${segmentId}/export`, { body: { format }, reason }),
    fitting: (body: { rule: c.SegmentRule; q: string; format: c.ExportFormat }, reason: StatedReason) =>
      request<c.Export>("POST", "/api/segments/fitting/export", { body, reason }),
    list: () => request<c.Export[]>("GET", "/api/exports"),
    get: (id: c.Id) => request<c.Export>("GET", `/api/exports/${id}`),
    remove: (id: c.Id) => request<void>("DELETE", `/api/exports/${id}`),
    fileUrl: (id: c.Id) => `/api/exports/${id}/file`,
    transcript: (conversationId: c.Id, body: c.TranscriptRequest, reason: StatedReason) =>
      download(`/api/conversations/${conversationId}/transcript`, reason, { body }),
  },

  imports: {
    list: () => request<c.Import[]>("GET", "/api/imports"),
    options: () => request<c.ImportOptions>("GET", "/api/imports/options"),
    upload: (
      file: File,
      wanted: { product: c.Import["product"]; account: string; inbox_id: c.Id | null },
      onProgress: (share: number) => void,
    ) =>
      upload<c.Import>("/api/imports/upload", file, {
        query: { ...wanted, name: file.name },
        bare: true,
        onProgress,
      }),
    look: (body: c.ImportOrder) => request<c.Import>("POST", "/api/imports", { body }),
    get: (id: c.Id) => request<c.ImportDetail>("GET", `/api/imports/${id}`),
    start: (id: c.Id) => request<c.ImportDetail>("POST", `/api/imports/${id}/start`),
    stop: (id: c.Id) => request<c.ImportDetail>("POST", `/api/imports/${id}/stop`),
    remove: (id: c.Id) => request<void>("DELETE", `/api/imports/${id}`),
    columns: (id: c.Id) => request<c.TableColumns>("GET", `/api/imports/${id}/columns`),
    map: (id: c.Id, body: c.TableMapping) => request<c.Import>("PUT", `/api/imports/${id}/mapping`, { body }),
    problems: (id: c.Id, reason: StatedReason) => download(`/api/imports/${id}/problems`, reason),
    rejected: (id: c.Id, reason: StatedReason) => download(`/api/imports/${id}/rejected`, reason),
  },

  consents: {
    of: (customerId: c.Id) => request<c.CustomerConsents>("GET", `/api/customers/${customerId}/consents`),
    record: (customerId: c.Id, body: c.NewConsent) =>
      request<c.CustomerConsents>("POST", `/api/customers/${customerId}/consents`, { body }),
    noteAge: (customerId: c.Id, body: c.NotedAge) =>
      request<c.CustomerConsents>("POST", `/api/customers/${customerId}/consents/age`, { body }),
    link: (customerId: c.Id, identityId: number, send: boolean) =>
      request<{ url: string; sent: boolean }>("POST", `/api/customers/${customerId}/preferences-link`, {
        body: { identity_id: identityId, send },
      }),
    notices: () => request<c.DueNotice[]>("GET", "/api/consents/notices"),
    told: (noticeId: c.Id, note: string) =>
      request<void>("POST", `/api/consents/notices/${noticeId}/sent`, { body: { note } }),
    texts: () => request<c.ConsentText[]>("GET", "/api/consent-texts"),
    writeText: (body: c.NewConsentText) => request<c.ConsentText>("POST", "/api/consent-texts", { body }),
  },

  orders: {
    get: (id: c.Id) => request<c.OrderView>("GET", `/api/orders/${id}`),
    ofCustomer: (id: c.Id) => request<c.CustomerOrders>("GET", `/api/customers/${id}/orders`),
    list: (query: { q?: string; in_state?: string; cursor?: string }, signal?: AbortSignal) =>
      request<c.Page<c.OrderRow>>("GET", "/api/orders", { query, signal }),
    returns: (id: c.Id) => request<c.OrderReturns>("GET", `/api/orders/${id}/returns`),
    judge: (id: c.Id, body: c.ReturnRequest, signal?: AbortSignal) =>
      request<c.Judged>("POST", `/api/orders/${id}/returns/preview`, { body, signal }),
    askReturn: (id: c.Id, body: c.ReturnRequest) =>
      request<c.ReturnView>("POST", `/api/orders/${id}/returns`, { body }),
    pictureUrl: (productId: c.Id) => `/api/products/${productId}/picture`,
  },

  returns: {
    list: (query: { in_state?: string; cursor?: string }, signal?: AbortSignal) =>
      request<c.Page<c.ReturnView>>("GET", "/api/returns", { query, signal }),
    step: (id: c.Id, body: c.ReturnStep) =>
      request<c.ReturnView>("POST", `/api/returns/${id}/steps`, { body }),
    policy: () => request<c.ReturnPolicy>("GET", "/api/return-policy"),
    changePolicy: (body: c.ReturnPolicy) => request<c.ReturnPolicy>("PUT", "/api/return-policy", { body }),
  },

  products: {
    list: (query: { q?: string; category?: string; cursor?: string }, signal?: AbortSignal) =>
      request<c.Page<c.ProductCard>>("GET", "/api/products", { query, signal }),
    categories: () => request<string[]>("GET", "/api/products/categories"),
    places: () => request<c.StoredPlace[]>("GET", "/api/places"),
  },

  counter: {
    shops: () => request<c.CounterShop[]>("GET", "/api/counter/shops"),
    visit: (body: c.NewVisit) => request<c.CounterVisit>("POST", "/api/counter/visits", { body }),
    orders: (visitId: c.Id) => request<c.CounterOrder[]>("GET", `/api/counter/visits/${visitId}/orders`),
    sell: (body: c.NewSale) => request<c.CounterSale>("POST", "/api/counter/sales", { body }),
    giveBack: (body: c.CounterReturn) => request<c.CounterReturned>("POST", "/api/counter/returns", { body }),
    link: (customerId: c.Id) =>
      request<{ made_at: string | null }>("GET", `/api/customers/${customerId}/member-link`),
    makeLink: (customerId: c.Id) =>
      request<{ url: string; made_at: string }>("POST", `/api/customers/${customerId}/member-link`),
    revokeLink: (customerId: c.Id) => request<void>("DELETE", `/api/customers/${customerId}/member-link`),
  },

  companies: {
    list: (query: { q?: string; cursor?: string }, signal?: AbortSignal) =>
      request<c.Page<c.CompanyRow>>("GET", "/api/companies", { query, signal }),
    create: (body: c.NewCompany) => request<c.CompanyCard>("POST", "/api/companies", { body }),
    get: (id: c.Id) => request<c.CompanyCard>("GET", `/api/companies/${id}`),
    patch: (id: c.Id, body: c.CompanyPatch) =>
      request<c.CompanyCard>("PATCH", `/api/companies/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/companies/${id}`),
    addDomain: (id: c.Id, domain: string) =>
      request<c.CompanyCard>("POST", `/api/companies/${id}/domains`, { body: { domain } }),
    removeDomain: (id: c.Id, domain: string) =>
      request<void>("DELETE", `/api/companies/${id}/domains/${encodeURIComponent(domain)}`),
    putPerson: (id: c.Id, customerId: c.Id, role: string) =>
      request<void>("PUT", `/api/companies/${id}/people/${customerId}`, { body: { role } }),
    removePerson: (id: c.Id, customerId: c.Id) =>
      request<void>("DELETE", `/api/companies/${id}/people/${customerId}`),
    timeline: (id: c.Id, kinds: c.TimelineKind[], cursor?: string) =>
      request<c.Page<c.TimelineItem>>("GET", `/api/companies/${id}/timeline`, {
        query: { kinds: kinds.join(","), cursor },
      }),
  },

  segments: {
    list: () => request<c.SegmentRow[]>("GET", "/api/segments"),
    create: (body: c.SegmentBody) => request<c.SegmentCard>("POST", "/api/segments", { body }),
    preview: (rule: c.SegmentRule, signal?: AbortSignal) =>
      request<c.SegmentPreview>("POST", "/api/segments/preview", { body: { rule }, signal }),
    vocabulary: () => request<c.Vocabulary>("GET", "/api/segments/vocabulary"),
    get: (id: c.Id) => request<c.SegmentCard>("GET", `/api/segments/${id}`),
    put: (id: c.Id, body: c.SegmentBody) => request<c.SegmentCard>("PUT", `/api/segments/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/segments/${id}`),
    members: (id: c.Id, cursor?: string) =>
      request<c.Page<c.SegmentPerson>>("GET", `/api/segments/${id}/members`, { query: { cursor } }),
    why: (id: c.Id, customerId: c.Id) =>
      request<c.SegmentWhy>("GET", `/api/segments/${id}/why/${customerId}`),
    ofCustomer: (customerId: c.Id) => request<c.Stay[]>("GET", `/api/customers/${customerId}/segments`),
    fitting: (rule: c.SegmentRule, q: string, cursor?: string, signal?: AbortSignal) =>
      request<c.FittingPage>("POST", "/api/segments/fitting", {
        body: { rule, q },
        query: { cursor },
        signal,
      }),
  },

  computed: {
    list: () => request<c.ComputedRow[]>("GET", "/api/computed-traits"),
    create: (body: c.ComputedBody) => request<c.ComputedRow>("POST", "/api/computed-traits", { body }),
    put: (id: c.Id, body: c.ComputedBody) =>
      request<c.ComputedRow>("PUT", `/api/computed-traits/${id}`, { body }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/computed-traits/${id}`),
    preview: (computation: c.Computation, signal?: AbortSignal) =>
      request<c.ComputedPreview>("POST", "/api/computed-traits/preview", { body: { computation }, signal }),
    ofCustomer: (customerId: c.Id) =>
      request<c.CustomerFigures>("GET", `/api/customers/${customerId}/computed`),
  },

  rfm: {
    get: () => request<c.RfmPicture>("GET", "/api/rfm"),
    refresh: () => request<void>("POST", "/api/rfm"),
  },

  channels: {
    list: () => request<c.Channel[]>("GET", "/api/channels"),
    inboxes: () => request<c.Inbox[]>("GET", "/api/inboxes"),
    check: (body: c.CheckRequest) => request<c.CheckResult>("POST", "/api/inboxes/check", { body }),
    create: (body: c.InboxRequest, force: boolean) =>
      request<c.Inbox>("POST", "/api/inboxes", { body, query: { force: force ? 1 : undefined } }),
    patch: (id: c.Id, body: c.InboxChange, force = false) =>
      request<c.Inbox>("PATCH", `/api/inboxes/${id}`, { body, query: { force: force ? 1 : undefined } }),
    remove: (id: c.Id) => request<void>("DELETE", `/api/inboxes/${id}`),
    replayAll: (id: c.Id) => request<{ replayed: number }>("POST", `/api/inboxes/${id}/replay`),
    deliveries: (query: { inbox_id: c.Id; state: "parked" | "all"; cursor?: string }) =>
      request<c.Page<c.Delivery>>("GET", "/api/deliveries", { query }),
    replay: (id: c.Id) => request<void>("POST", `/api/deliveries/${id}/replay`),
    raw: (id: c.Id, reason: StatedReason) => download(`/api/deliveries/${id}/raw`, reason),
    attempts: (id: c.Id, cursor?: string) =>
      request<c.Page<c.Attempt>>("GET", `/api/inboxes/${id}/attempts`, { query: { cursor } }),
  },

  records: {
    access: (query: c.Sought & { cursor?: string }) =>
      request<c.Page<c.AccessLine>>("GET", "/api/records/access", { query: { ...query } }),
    audit: (query: c.Sought & { cursor?: string }) =>
      request<c.Page<c.AuditLine>>("GET", "/api/records/audit", { query: { ...query } }),
    file: (log: "access" | "audit", form: "csv" | "jsonl", sought: c.Sought, reason: StatedReason) =>
      download(`/api/records/${log}/export`, reason, { query: { ...sought, form } }),
    verify: (seals: string[]) => request<c.Verdict[]>("POST", "/api/records/verify", { body: { seals } }),
    reviews: () => request<c.ReviewedMonth[]>("GET", "/api/records/reviews"),
    review: (month: string) => request<c.MonthReview>("GET", `/api/records/reviews/${month}`),
    sign: (month: string, remarks: string) =>
      request<c.MonthReview>("POST", `/api/records/reviews/${month}`, { body: { remarks } }),
    retention: () => request<{ months: number }>("GET", "/api/records/retention"),
    setRetention: (months: number) =>
      request<{ months: number }>("PUT", "/api/records/retention", { body: { months } }),
  },

  system: {
    state: () => request<c.SystemState>("GET", "/api/system"),
    retryItem: (id: number) => request<void>("POST", `/api/system/items/${id}/retry`),
    retryLane: (lane: string) => request<{ count: number }>("POST", `/api/system/lanes/${lane}/retry`),
    giveUpItem: (id: number, why: string) =>
      request<void>("POST", `/api/system/items/${id}/give-up`, { body: { why } }),
    retryFact: (reader: string, place: string) =>
      request<{ taken: boolean }>("POST", `/api/system/facts/${reader}/${place}/retry`),
    giveUpFact: (reader: string, place: string, why: string) =>
      request<void>("POST", `/api/system/facts/${reader}/${place}/give-up`, { body: { why } }),
  },

  brands: {
    list: () => request<c.Brand[]>("GET", "/api/brands"),
    patch: (id: c.Id, body: c.BrandPatch) => request<c.Brand>("PATCH", `/api/brands/${id}`, { body }),
    setLogo: (id: c.Id, file: File) => upload<c.Brand>(`/api/brands/${id}/logo`, file, { method: "PUT" }),
    removeLogo: (id: c.Id) => request<c.Brand>("DELETE", `/api/brands/${id}/logo`),
  },
};
