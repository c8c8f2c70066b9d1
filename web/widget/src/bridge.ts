/**
 * The messages between the shop's page (loader) and the chat (iframe).
 * Both sides post to the other's exact origin and accept only its exact origin and window.
 */
import type { PageFacts, WidgetConfig } from "./contract.ts";

export type Locale = "ko" | "en";
export type Theme = "auto" | "light" | "dark";

/** What the page may say about its visitor: claims, never proof. */
export interface Profile {
  name?: string;
  email?: string;
  phone?: string;
}

/** How the loader has laid the frame out. Insets are the host page's safe areas in CSS pixels. */
export interface Layout {
  phone: boolean;
  insets: { top: number; right: number; bottom: number; left: number };
}

export interface Init {
  type: "init";
  config: WidgetConfig;
  locale: Locale;
  theme: Theme;
  page: PageFacts;
  layout: Layout;
  profile: Profile;
  identity: string | null;
  /** What the host page keeps for this inbox: `visitor`, `draft`, `out:<client id>` … */
  stored: Record<string, string>;
  open: boolean;
  /** The secret of a link by which a conversation that began elsewhere goes on here. */
  continueBy: string | null;
}

export type ToFrame =
  | Init
  | { type: "open" }
  | { type: "close" }
  | { type: "layout"; layout: Layout }
  | { type: "page"; page: PageFacts }
  | { type: "identify"; token: string }
  | { type: "sign-out" }
  | { type: "set"; locale?: Locale; theme?: Theme; profile?: Profile }
  | { type: "track"; name: string; properties: Record<string, unknown> };

export type ToHost =
  | { type: "ready" }
  | { type: "store"; name: string; value: string | null }
  | { type: "unread"; count: number }
  | { type: "close" }
  | { type: "message"; from: "me" | "agent" | "bot"; text: string }
  | { type: "identity-refused"; detail: string };

export const VISITOR = "visitor";
export const DRAFT = "draft";
export const OUTGOING = "out:";
export const PROOF_LATER = "proof-later";
/** Somebody was signed in to the shop in this browser when it was last here. */
export const SIGNED_IN = "signed-in";

/** Marks our messages among all others that a page's windows send each other. */
const MARK = "damso";

interface Envelope<T> {
  damso: typeof MARK;
  body: T;
}

export function post<T extends ToFrame | ToHost>(target: Window, origin: string, body: T): void {
  const envelope: Envelope<T> = { damso: MARK, body };
  target.postMessage(envelope, origin);
}

/** The body when `event` came from exactly this window and origin, else `null`. */
export function received<T extends ToFrame | ToHost>(
  event: MessageEvent<unknown>,
  source: Window | null,
  origin: string,
): T | null {
  if (event.origin !== origin || event.source !== source || source === null) return null;
  const data = event.data;
  if (typeof data !== "object" || data === null || !("damso" in data) || data.damso !== MARK) return null;
  return (data as Envelope<T>).body;
}
