import type { SegmentRule } from "@damso/api";
import { createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { ConversationPage } from "../features/conversation/ConversationPage.tsx";
import { InboxPage } from "../features/inbox/InboxPage.tsx";
import { NothingOpen } from "../features/inbox/NothingOpen.tsx";
import { firstView } from "../features/inbox/viewsQuery.ts";
import { NotFound } from "../features/shell/NotFound.tsx";
import { desk, root, ruleIn, text } from "./deskRoute.tsx";
import { queryClient } from "./queryClient.ts";
import { settingsRoutes } from "./settingsRoutes.tsx";
import { may, meQuery } from "./useMe.ts";

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { to?: string; problem?: string } => ({
    to: text(search.to),
    problem: text(search.problem),
  }),
  component: lazyRouteComponent(() => import("../features/session/SignInPage.tsx"), "SignInPage"),
});
const enter = createRoute({
  getParentRoute: () => root,
  path: "/enter",
  component: lazyRouteComponent(() => import("../features/session/EnterPage.tsx"), "EnterPage"),
});
const join = createRoute({
  getParentRoute: () => root,
  path: "/join",
  component: lazyRouteComponent(() => import("../features/session/JoinPage.tsx"), "JoinPage"),
});
const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("../features/session/SetupPage.tsx"), "SetupPage"),
});

/** Where somebody begins: with conversations, or with what their role leaves them. */
async function firstRoom(): Promise<"/inbox" | "/customers" | "/settings/profile"> {
  const me = await queryClient.ensureQueryData(meQuery);
  if (may(me, "conversations.read")) return "/inbox";
  return may(me, "customers.read") ? "/customers" : "/settings/profile";
}

/** Whoever may not read conversations is led to where they begin, also from an old link. */
async function conversationsOnly(): Promise<void> {
  const room = await firstRoom();
  if (room !== "/inbox") throw redirect({ to: room, replace: true });
}

const home = createRoute({
  getParentRoute: () => desk,
  path: "/",
  beforeLoad: async () => {
    throw redirect({ to: await firstRoom(), replace: true });
  },
});
const anyView = createRoute({
  getParentRoute: () => desk,
  path: "/inbox",
  beforeLoad: async () => {
    await conversationsOnly();
    throw redirect({ to: "/inbox/$viewId", params: { viewId: await firstView() }, replace: true });
  },
});
const inbox = createRoute({
  getParentRoute: () => desk,
  path: "/inbox/$viewId",
  beforeLoad: conversationsOnly,
  component: InboxPage,
});
const nothingOpen = createRoute({ getParentRoute: () => inbox, path: "/", component: NothingOpen });
const conversation = createRoute({
  getParentRoute: () => inbox,
  path: "/$conversationId",
  validateSearch: (search: Record<string, unknown>): { entry?: string; panel?: "customer" } => ({
    entry: text(search.entry),
    panel: search.panel === "customer" ? "customer" : undefined,
  }),
  component: ConversationPage,
});
/** A link to a conversation that does not care in which view it is seen. */
const anyConversation = createRoute({
  getParentRoute: () => desk,
  path: "/c/$conversationId",
  validateSearch: (search: Record<string, unknown>): { entry?: string } => ({ entry: text(search.entry) }),
  beforeLoad: async ({ params, search }) => {
    await conversationsOnly();
    const viewId = await firstView();
    throw redirect({
      to: "/inbox/$viewId/$conversationId",
      params: { viewId, ...params },
      search,
      replace: true,
    });
  },
});

const search = createRoute({
  getParentRoute: () => desk,
  path: "/search",
  validateSearch: (given: Record<string, unknown>) => ({
    q: text(given.q),
    kind: text(given.kind),
    status: text(given.status),
    inbox_id: text(given.inbox_id),
    assignee: text(given.assignee),
    channel: text(given.channel),
    customer: text(given.customer),
    from: text(given.from),
    to: text(given.to),
  }),
  component: lazyRouteComponent(() => import("../features/search/SearchPage.tsx"), "SearchPage"),
});

const customers = createRoute({
  getParentRoute: () => desk,
  path: "/customers",
  validateSearch: (given: Record<string, unknown>): { q?: string; segment?: string; rule?: SegmentRule } => ({
    q: text(given.q),
    segment: text(given.segment),
    rule: ruleIn(given.rule),
  }),
  component: lazyRouteComponent(() => import("../features/customers/CustomersPage.tsx"), "CustomersPage"),
});
const customer = createRoute({
  getParentRoute: () => desk,
  path: "/customers/$customerId",
  component: lazyRouteComponent(() => import("../features/customers/CustomerPage.tsx"), "CustomerPage"),
});
const printed = createRoute({
  getParentRoute: () => desk,
  path: "/customers/$customerId/print",
  component: lazyRouteComponent(() => import("../features/customers/PrintPage.tsx"), "PrintPage"),
});
const companies = createRoute({
  getParentRoute: () => desk,
  path: "/companies",
  validateSearch: (given: Record<string, unknown>): { q?: string } => ({ q: text(given.q) }),
  component: lazyRouteComponent(() => import("../features/companies/CompaniesPage.tsx"), "CompaniesPage"),
});
const company = createRoute({
  getParentRoute: () => desk,
  path: "/companies/$companyId",
  component: lazyRouteComponent(() => import("../features/companies/CompanyPage.tsx"), "CompanyPage"),
});

const notices = createRoute({
  getParentRoute: () => desk,
  path: "/customers/notices",
  component: lazyRouteComponent(() => import("../features/consents/NoticesPage.tsx"), "NoticesPage"),
});

const segments = createRoute({
  getParentRoute: () => desk,
  path: "/segments",
  component: lazyRouteComponent(() => import("../features/segments/SegmentsPage.tsx"), "SegmentsPage"),
});
const newSegment = createRoute({
  getParentRoute: () => desk,
  path: "/segments/new",
  validateSearch: (given: Record<string, unknown>): { name?: string; rule?: SegmentRule } => ({
    name: text(given.name),
    rule: ruleIn(given.rule),
  }),
  component: lazyRouteComponent(() => import("../features/segments/SegmentEditor.tsx"), "SegmentEditor"),
});
const computed = createRoute({
  getParentRoute: () => desk,
  path: "/segments/computed",
  component: lazyRouteComponent(() => import("../features/segments/ComputedPage.tsx"), "ComputedPage"),
});
const newComputed = createRoute({
  getParentRoute: () => desk,
  path: "/segments/computed/new",
  component: lazyRouteComponent(() => import("../features/segments/ComputedEditor.tsx"), "ComputedEditor"),
});
const editedComputed = createRoute({
  getParentRoute: () => desk,
  path: "/segments/computed/$computedId",
  component: lazyRouteComponent(() => import("../features/segments/ComputedEditor.tsx"), "ComputedEditor"),
});
const rfm = createRoute({
  getParentRoute: () => desk,
  path: "/segments/rfm",
  component: lazyRouteComponent(() => import("../features/segments/RfmPage.tsx"), "RfmPage"),
});
const segment = createRoute({
  getParentRoute: () => desk,
  path: "/segments/$segmentId",
  component: lazyRouteComponent(() => import("../features/segments/SegmentPage.tsx"), "SegmentPage"),
});
const editedSegment = createRoute({
  getParentRoute: () => desk,
  path: "/segments/$segmentId/edit",
  component: lazyRouteComponent(() => import("../features/segments/SegmentEditor.tsx"), "SegmentEditor"),
});

const orders = createRoute({
  getParentRoute: () => desk,
  path: "/orders",
  validateSearch: (given: Record<string, unknown>): { q?: string; state?: string; open?: string } => ({
    q: text(given.q),
    state: text(given.state),
    open: text(given.open),
  }),
  component: lazyRouteComponent(() => import("../features/commerce/OrdersPage.tsx"), "OrdersPage"),
});
const returns = createRoute({
  getParentRoute: () => desk,
  path: "/returns",
  validateSearch: (given: Record<string, unknown>): { state?: string } => ({ state: text(given.state) }),
  component: lazyRouteComponent(() => import("../features/commerce/ReturnsPage.tsx"), "ReturnsPage"),
});
const products = createRoute({
  getParentRoute: () => desk,
  path: "/products",
  validateSearch: (given: Record<string, unknown>): { q?: string; category?: string } => ({
    q: text(given.q),
    category: text(given.category),
  }),
  component: lazyRouteComponent(() => import("../features/commerce/ProductsPage.tsx"), "ProductsPage"),
});
const counter = createRoute({
  getParentRoute: () => desk,
  path: "/counter",
  component: lazyRouteComponent(() => import("../features/counter/CounterPage.tsx"), "CounterPage"),
});
/** A probability that stands in an address. */
const share = (given: unknown) => (typeof given === "number" && given >= 0 && given <= 1 ? given : undefined);
const analytics = createRoute({
  getParentRoute: () => desk,
  path: "/analytics",
  validateSearch: (
    given: Record<string, unknown>,
  ): { days?: string; event?: string; source?: string; segment?: string } => ({
    days: text(given.days),
    event: text(given.event),
    source: text(given.source),
    segment: text(given.segment),
  }),
  component: lazyRouteComponent(() => import("../features/analytics/AnalyticsPage.tsx"), "AnalyticsPage"),
});

const suggestions = createRoute({
  getParentRoute: () => desk,
  path: "/customers/suggestions",
  validateSearch: (given: Record<string, unknown>) => ({
    least: share(given.least),
    below: share(given.below),
  }),
  component: lazyRouteComponent(() => import("../features/customers/SuggestionsPage.tsx"), "SuggestionsPage"),
});

const tree = root.addChildren([
  signIn,
  enter,
  join,
  setup,
  desk.addChildren([
    home,
    anyView,
    inbox.addChildren([nothingOpen, conversation]),
    anyConversation,
    search,
    customers,
    suggestions,
    notices,
    customer,
    printed,
    companies,
    company,
    orders,
    returns,
    products,
    counter,
    segments,
    newSegment,
    computed,
    newComputed,
    editedComputed,
    rfm,
    segment,
    editedSegment,
    analytics,
    settingsRoutes,
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  basepath: "/desk",
  defaultPreload: false,
  defaultNotFoundComponent: NotFound,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
