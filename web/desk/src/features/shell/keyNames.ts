import type { KeyAction } from "@damso/api";
import type { TextKey } from "@damso/i18n";

/** What the desk calls each action; a new one that lacks a name does not type-check. */
export const ACTION_NAMES: Record<KeyAction, TextKey> = {
  palette: "keys.palette",
  sheet: "keys.sheet",
  undo: "keys.undo",
  go_inbox: "keys.goInbox",
  go_customers: "keys.goCustomers",
  go_companies: "keys.goCompanies",
  go_segments: "keys.goSegments",
  go_orders: "keys.goOrders",
  go_analytics: "keys.goAnalytics",
  go_search: "keys.goSearch",
  go_settings: "keys.goSettings",
  next: "keys.next",
  previous: "keys.previous",
  choose: "keys.choose",
  choose_stretch: "keys.chooseStretch",
  choose_all: "keys.chooseAll",
  fold_views: "keys.foldViews",
  fold_customer: "keys.foldCustomer",
  search: "keys.search",
  reply: "keys.reply",
  note: "keys.note",
  resolve: "keys.resolve",
  assign: "keys.assign",
  snooze: "keys.snooze",
  tags: "keys.tags",
  priority: "keys.priority",
  macro: "keys.macro",
  remind: "keys.remind",
  join: "keys.join",
  send: "keys.send",
  send_resolve: "keys.sendResolve",
  send_later: "keys.sendLater",
};

/** Groups in which keys are shown. */
export const PLACES: { title: TextKey; actions: KeyAction[] }[] = [
  {
    title: "keys.everywhere",
    actions: [
      "palette",
      "go_inbox",
      "go_customers",
      "go_companies",
      "go_segments",
      "go_orders",
      "go_analytics",
      "go_search",
      "go_settings",
      "sheet",
      "undo",
    ],
  },
  {
    title: "keys.list",
    actions: [
      "next",
      "previous",
      "choose",
      "choose_stretch",
      "choose_all",
      "fold_views",
      "fold_customer",
      "search",
    ],
  },
  {
    title: "keys.conversation",
    actions: ["reply", "note", "resolve", "assign", "snooze", "tags", "priority", "macro", "remind", "join"],
  },
  { title: "keys.writing", actions: ["send", "send_resolve", "send_later"] },
];

/** Signs that mean something in a text, and the way out of it: they are typed, so nobody can change them. */
export const FIXED_WRITING: [string, TextKey][] = [
  ["/", "keys.canned"],
  ["@", "keys.mention"],
  ["escape", "keys.leave"],
];
