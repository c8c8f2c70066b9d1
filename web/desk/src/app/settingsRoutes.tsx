import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { desk, text } from "./deskRoute.tsx";

/** What is looked for in the records stands in the address. */
const sought = (given: Record<string, unknown>) => ({
  actor: text(given.actor),
  act: text(given.act),
  subject: text(given.subject),
  customer: text(given.customer),
  from: text(given.from),
  to: text(given.to),
  address: text(given.address),
});

/** Settings come in one chunk of their own: an agent who answers mail all day never loads them. */
const page = (name: keyof typeof import("../features/settings/index.ts")) =>
  lazyRouteComponent(() => import("../features/settings/index.ts"), name);

const record = (name: keyof typeof import("../features/records/index.ts")) =>
  lazyRouteComponent(() => import("../features/records/index.ts"), name);

const kept = (name: keyof typeof import("../features/retention/index.ts")) =>
  lazyRouteComponent(() => import("../features/retention/index.ts"), name);
const imports = (name: keyof typeof import("../features/imports/index.ts")) =>
  lazyRouteComponent(() => import("../features/imports/index.ts"), name);
const source = (name: keyof typeof import("../features/sources/index.ts")) =>
  lazyRouteComponent(() => import("../features/sources/index.ts"), name);
const identity = (name: keyof typeof import("../features/identity/index.ts")) =>
  lazyRouteComponent(() => import("../features/identity/index.ts"), name);
const enrichment = (name: keyof typeof import("../features/enrichment/index.ts")) =>
  lazyRouteComponent(() => import("../features/enrichment/index.ts"), name);
const lake = (name: keyof typeof import("../features/lake/index.ts")) =>
  lazyRouteComponent(() => import("../features/lake/index.ts"), name);

const settings = createRoute({
  getParentRoute: () => desk,
  path: "/settings",
  component: page("SettingsPage"),
});
const getParentRoute = () => settings;

export const settingsRoutes = settings.addChildren([
  createRoute({
    getParentRoute,
    path: "/",
    beforeLoad: () => {
      // A phone shows the list of settings first; elsewhere it stands beside the first page.
      if (!matchMedia("(max-width: 767px)").matches)
        throw redirect({ to: "/settings/profile", replace: true });
    },
  }),
  createRoute({ getParentRoute, path: "/profile", component: page("ProfilePage") }),
  createRoute({ getParentRoute, path: "/notifications", component: page("NotificationsPage") }),
  createRoute({ getParentRoute, path: "/writing", component: page("WritingPage") }),
  createRoute({ getParentRoute, path: "/keyboard", component: page("KeyboardPage") }),
  createRoute({ getParentRoute, path: "/security", component: page("SecurityPage") }),
  createRoute({ getParentRoute, path: "/privacy", component: page("PrivacyPage") }),
  createRoute({
    getParentRoute,
    path: "/identity",
    validateSearch: (given: Record<string, unknown>) => ({ part: text(given.part) }),
    component: identity("IdentityPage"),
  }),
  createRoute({ getParentRoute, path: "/data-quality", component: identity("QualityPage") }),
  createRoute({ getParentRoute, path: "/enrichment", component: enrichment("EnrichmentPage") }),
  createRoute({ getParentRoute, path: "/lake", component: lake("LakePage") }),
  createRoute({ getParentRoute, path: "/consent-texts", component: page("ConsentTextsPage") }),
  createRoute({ getParentRoute, path: "/exports", component: page("ExportsPage") }),
  createRoute({ getParentRoute, path: "/retention", component: kept("RetentionPage") }),
  createRoute({ getParentRoute, path: "/held-cases", component: kept("HeldCasesPage") }),
  createRoute({ getParentRoute, path: "/access-requests", component: kept("AccessRequestsPage") }),
  createRoute({ getParentRoute, path: "/sign-in", component: page("SignInPolicyPage") }),
  createRoute({ getParentRoute, path: "/start", component: page("ChecklistPage") }),
  createRoute({ getParentRoute, path: "/people", component: page("PeoplePage") }),
  createRoute({ getParentRoute, path: "/teams", component: page("TeamsPage") }),
  createRoute({ getParentRoute, path: "/channels", component: page("ChannelsPage") }),
  createRoute({ getParentRoute, path: "/channels/new/$channel", component: page("ConnectPage") }),
  createRoute({ getParentRoute, path: "/channels/$inboxId", component: page("InboxSettingsPage") }),
  createRoute({ getParentRoute, path: "/sources", component: source("SourcesPage") }),
  createRoute({
    getParentRoute,
    path: "/sources/$sourceId",
    validateSearch: (given: Record<string, unknown>) => ({ part: text(given.part) }),
    component: source("SourcePage"),
  }),
  createRoute({ getParentRoute, path: "/brand", component: page("BrandPage") }),
  createRoute({ getParentRoute, path: "/canned-answers", component: page("CannedAnswersPage") }),
  createRoute({ getParentRoute, path: "/import", component: imports("ImportsPage") }),
  createRoute({ getParentRoute, path: "/import/$importId", component: imports("ImportPage") }),
  createRoute({ getParentRoute, path: "/system", component: page("SystemPage") }),
  createRoute({ getParentRoute, path: "/macros", component: page("MacrosPage") }),
  createRoute({ getParentRoute, path: "/return-policy", component: page("ReturnPolicyPage") }),
  createRoute({ getParentRoute, path: "/tags", component: page("TagsPage") }),
  createRoute({ getParentRoute, path: "/keys", component: page("KeysPage") }),
  createRoute({
    getParentRoute,
    path: "/access",
    validateSearch: sought,
    component: record("AccessLogPage"),
  }),
  createRoute({ getParentRoute, path: "/reviews", component: record("ReviewsPage") }),
  createRoute({ getParentRoute, path: "/reviews/$month", component: record("ReviewPage") }),
  createRoute({ getParentRoute, path: "/audit", validateSearch: sought, component: record("AuditLogPage") }),
  createRoute({ getParentRoute, path: "/integrity", component: record("IntegrityPage") }),
]);
