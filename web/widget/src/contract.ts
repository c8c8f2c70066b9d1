/** What the widget API (`/widget/v1`) speaks. Times are ISO 8601 UTC; names are those of the wire. */

export interface WidgetConfig {
  brand: Brand;
  side: "right" | "left";
  locale: "ko" | "en";
  enabled: boolean;
}

export interface Brand {
  name: string;
  /** `#rrggbb` */
  colour: string;
  greeting: string;
  logo_url: string | null;
}

export interface PageFacts {
  url: string;
  title: string;
  referrer: string;
}

export interface Person {
  name: string;
  initials: string;
}

export interface Customer {
  name: string | null;
  email: string | null;
  /** True when the address or user id was proven, not only typed. */
  proven: boolean;
}

export interface Availability {
  open: boolean;
  /** One truthful sentence, already in the visitor's language. */
  text: string;
  opens_at: string | null;
}

export interface MediaPolicy {
  /** MIME types or patterns such as `image/*`. */
  types: string[];
  max_bytes: number;
  max_files: number;
}

export interface Policy {
  text_limit: number;
  media: MediaPolicy | null;
}

export interface Session {
  visitor: string;
  customer: Customer;
  brand: Brand;
  agents: Person[];
  availability: Availability;
  unread: number;
  policy: Policy;
  conversation: { id: string; status: string } | null;
  /** Whether a one-time code can be mailed at all: the brand has a mailbox. */
  can_prove: boolean;
}

export interface Attachment {
  id: string;
  name: string;
  content_type: string;
  size: number;
  url: string;
  preview_url: string | null;
  width: number | null;
  height: number | null;
}

export type EntryStatus = "sent" | "delivered" | "read";

export interface Entry {
  id: string;
  client_id: string | null;
  at: string;
  from: "me" | "agent" | "bot" | "system";
  author: Person | null;
  text: string;
  attachments: Attachment[];
  channel: string;
  status: EntryStatus | null;
  deleted: boolean;
  edited: boolean;
}

export interface EntryPage {
  items: Entry[];
  next: string | null;
}

export interface Claims {
  name?: string;
  email?: string;
  phone?: string;
}

/** Whether the conversation that began elsewhere is here already; else whether a code was sent to that channel. */
export interface Opened {
  confirmed: boolean;
  sent: boolean;
  channel: string;
}

export interface ProofSent {
  /** Seconds until the code no longer counts. */
  expires_in: number;
  /** Seconds until another code may be asked for. */
  resend_after: number;
}

export type ServerFrame =
  | { type: "ready"; cursor: string }
  | { type: "entry"; cursor: string; entry: Entry }
  | { type: "typing"; on: boolean; author: Person | null }
  | { type: "reset" }
  | { type: "ping" };

export type ClientFrame =
  | { type: "hello"; token: string; cursor: string | null }
  | { type: "typing"; on: boolean }
  | { type: "pong" };
