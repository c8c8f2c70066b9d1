import type { Init, Layout, Locale, Profile, Theme } from "../bridge.ts";
import type { Availability, Brand, Customer, Entry, Person, Policy } from "../contract.ts";
import type { Line } from "./live.ts";
import type { Outgoing } from "./outbox.ts";
import type { Upload } from "./uploads.ts";

/** Everything the views show. */
export interface ChatState {
  locale: Locale;
  theme: Theme;
  layout: Layout;
  profile: Profile;
  brand: Brand;

  open: boolean;
  online: boolean;
  /** `none` until the visitor opens the chat or is known already. */
  session: "none" | "starting" | "ready" | "retrying" | "refused";
  /** Why the server refused, in the visitor's language. */
  refusal: string;
  line: Line;

  agents: Person[];
  availability: Availability | null;
  policy: Policy | null;
  customer: Customer | null;
  /** Whether an address can be proven here. */
  canProve: boolean;

  entries: Entry[];
  history: "unasked" | "loading" | "ready" | "failed";
  /** Where the messages before the first one shown begin, or `null` when there are none. */
  older: string | null;
  olderState: "idle" | "loading" | "failed";
  outgoing: Outgoing[];
  uploads: Upload[];
  unread: number;
  typing: Person | "someone" | null;
  draft: string;

  /** A conversation that began elsewhere: a code is waited for, or only the agent can tell, or it is here; or over. */
  continuation: null | "code" | "agent" | "here" | "over";
  /** The visitor put the offer to continue by e-mail away. */
  proofLater: boolean;
}

export function firstState(init: Init, draft: string, proofLater: boolean): ChatState {
  return {
    locale: init.locale,
    theme: init.theme,
    layout: init.layout,
    profile: init.profile,
    brand: init.config.brand,
    open: init.open,
    online: navigator.onLine,
    session: "none",
    refusal: "",
    line: "off",
    agents: [],
    availability: null,
    policy: null,
    customer: null,
    canProve: false,
    entries: [],
    history: "unasked",
    older: null,
    olderState: "idle",
    outgoing: [],
    uploads: [],
    unread: 0,
    typing: null,
    draft,
    continuation: null,
    proofLater,
  };
}

/** Whose conversation it is has changed: nothing of the one before may stay on the screen. */
export const nobody = {
  session: "none",
  refusal: "",
  customer: null,
  entries: [],
  history: "unasked",
  older: null,
  olderState: "idle",
  unread: 0,
  typing: null,
} satisfies Partial<ChatState>;
