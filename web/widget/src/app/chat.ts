import {
  DRAFT,
  type Init,
  OUTGOING,
  PROOF_LATER,
  type Profile,
  SIGNED_IN,
  type ToFrame,
  type ToHost,
  VISITOR,
} from "../bridge.ts";
import type { Claims, Customer, Entry, EntryPage, PageFacts, ServerFrame, Session } from "../contract.ts";
import { type Api, Refused } from "./api.ts";
import type { Clock } from "./clock.ts";
import { Live, type Socket } from "./live.ts";
import { newClientId, Outbox } from "./outbox.ts";
import { Receipts } from "./receipts.ts";
import { SessionStart } from "./session.ts";
import { type ChatState, firstState, nobody } from "./state.ts";
import { Store } from "./store.ts";
import { fromUs, merged, unknown } from "./timeline.ts";
import { Tracking } from "./tracking.ts";
import { TypingSender, TypingWatcher } from "./typing.ts";
import { Uploads } from "./uploads.ts";

/** How often it is asked whether the agent has confirmed. */
const CONFIRMED_MS = 4_000;

export interface ChatPorts {
  api: Pick<Api, keyof Api>;
  clock: Clock;
  tell(message: ToHost): void;
  connect(address: string): Socket;
  /** Whether somebody looks at this page at all. */
  visible(): boolean;
}

/** The conversation as this page holds it: joins session, history, line, outbox and uploads into one state. */
export class Chat {
  readonly store: Store<ChatState>;
  readonly #ports: ChatPorts;
  readonly #session: SessionStart;
  readonly #live: Live;
  readonly #outbox: Outbox;
  readonly #uploads: Uploads;
  readonly #receipts: Receipts;
  readonly #tracking: Tracking;
  readonly #typing: TypingSender;
  readonly #typingWatcher: TypingWatcher<Entry["author"]>;
  #page: PageFacts;
  #atEnd = true;
  /** Whether `older` tells truly what lies before the entries; those of the line may come first. */
  #loaded = false;
  #claimed = "";
  #continueBy: string | null = null;

  constructor(ports: ChatPorts, init: Init) {
    const { api, clock, tell } = ports;
    const { stored } = init;
    this.#ports = ports;
    this.#page = init.page;
    this.store = new Store(firstState(init, stored[DRAFT] ?? "", PROOF_LATER in stored));
    api.locale = init.locale;
    this.#session = new SessionStart(
      {
        clock,
        ask: (request) => api.session(request),
        circumstances: () => ({
          page: this.#page,
          locale: this.store.value.locale,
          timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        }),
        began: (session, returning) => this.#began(session, returning),
        changed: (session, refusal) => this.store.set({ session, refusal }),
        identityRefused: (detail) => tell({ type: "identity-refused", detail }),
      },
      { visitor: stored[VISITOR] ?? null, identity: init.identity, wasSignedIn: SIGNED_IN in stored },
    );
    this.#live = new Live({
      clock,
      connect: () => ports.connect(api.liveAddress()),
      token: () => api.token ?? "",
      received: (frame) => this.#received(frame),
      changed: (line) => this.store.set({ line }),
      began: () => void (this.store.value.history === "ready" ? this.#refresh() : this.loadHistory()),
      unknown: () => this.#session.begin(),
      missed: () => this.#lookAround(),
    });
    this.#outbox = new Outbox({
      clock,
      post: (message) => this.#authorised(() => api.post(message)),
      keep: (clientId, value) => tell({ type: "store", name: OUTGOING + clientId, value }),
      stored: (entry) => this.#stored(entry),
      changed: (outgoing) => this.store.set({ outgoing }),
    });
    this.#uploads = new Uploads({
      send: (file, progress, signal) => this.#authorised(() => api.upload(file, progress, signal)),
      policy: () => this.store.value.policy?.media ?? null,
      changed: (uploads) => this.store.set({ uploads }),
    });
    this.#receipts = new Receipts({ read: (id) => api.read(id), delivered: (id) => api.delivered(id) });
    this.#tracking = new Tracking({
      event: (name, properties) => api.track(name, properties, this.#page),
      page: () => this.#session.note(),
    });
    this.#typing = new TypingSender(clock, (on) => this.#live.send({ type: "typing", on }));
    this.#typingWatcher = new TypingWatcher(clock, (typing) => this.store.set({ typing }));
    this.#outbox.restore(
      Object.keys(stored)
        .filter((name) => name.startsWith(OUTGOING))
        .map((name) => stored[name]!),
    );
    this.#continueBy = init.continueBy;
    if (init.open || this.#session.isKnown) this.#session.begin();
  }

  // What the page asks for

  handle(message: Exclude<ToFrame, Init>) {
    switch (message.type) {
      case "open":
        this.store.set({ open: true });
        if (this.store.value.session === "none") this.#session.begin();
        this.#live.nudge();
        return this.look();
      case "close":
        this.#typing.stop();
        return this.store.set({ open: false });
      case "layout":
        return this.store.set({ layout: message.layout });
      case "page":
        this.#page = message.page;
        return this.#tracking.page();
      case "track":
        return this.#tracking.event(message.name, message.properties);
      case "identify":
        return this.#session.identify(message.token) ? this.#changePerson() : undefined;
      case "sign-out":
        return this.#signOut();
      case "set":
        return this.#set(message);
    }
  }

  // What the visitor does

  close(): void {
    this.#ports.tell({ type: "close" });
  }

  write(draft: string): void {
    this.store.set({ draft });
    if (draft.trim() === "") this.#typing.stop();
    else this.#typing.key();
  }

  keepDraft(): void {
    this.#keep(DRAFT, this.store.value.draft === "" ? null : this.store.value.draft);
  }

  /** Sends what is written and attached. It counts as said from here on, whatever happens to line or page. */
  send(): void {
    const text = this.store.value.draft.trim();
    const attachments = this.#uploads.take();
    if (text === "" && attachments.length === 0) return;
    this.store.set({ draft: "" });
    this.keepDraft();
    this.#typing.stop();
    this.#outbox.add({ client_id: newClientId(), text, attachments, page: this.#page });
  }

  retry(clientId: string): void {
    this.#outbox.retry(clientId);
  }

  discard(clientId: string): void {
    this.#outbox.discard(clientId);
  }

  attach(files: Iterable<File>): void {
    this.#uploads.add(files);
  }

  retryUpload(key: string): void {
    this.#uploads.retry(key);
  }

  removeUpload(key: string): void {
    this.#uploads.remove(key);
  }

  async loadOlder(): Promise<void> {
    const { older, olderState } = this.store.value;
    if (older === null || olderState === "loading") return;
    this.store.set({ olderState: "loading" });
    try {
      const page = await this.#authorised(() => this.#ports.api.messages(older));
      this.store.set({
        entries: merged(this.store.value.entries, page.items),
        older: page.next,
        olderState: "idle",
      });
    } catch {
      this.store.set({ olderState: "failed" });
    }
  }

  async loadHistory(): Promise<void> {
    this.store.set({ history: "loading" });
    try {
      this.#take(await this.#authorised(() => this.#ports.api.messages(null)));
      this.store.set({ history: "ready" });
    } catch {
      this.store.set({ history: "failed" });
    }
  }

  /** The end of the log is on the screen, or was scrolled away from. */
  reached(atEnd: boolean): void {
    this.#atEnd = atEnd;
    this.look();
  }

  /** Counts what stands before the visitor's eyes as read. */
  look(): void {
    const { entries } = this.store.value;
    const seen = this.#seen();
    if (seen) this.#setUnread(0);
    this.#receipts.update(entries, seen);
  }

  /** The network or the visitor came back. */
  returned(): void {
    this.store.set({ online: navigator.onLine });
    if (!navigator.onLine) return;
    if (this.store.value.session === "retrying") this.#session.begin();
    if (this.store.value.session === "ready") this.#outbox.open();
    this.#live.nudge();
    this.look();
  }

  async claim(claims: Claims): Promise<void> {
    await this.#authorised(() => this.#ports.api.claim(claims));
    this.store.set({ profile: { ...this.store.value.profile, ...claims } });
  }

  proveEmail(email: string) {
    return this.#authorised(() => this.#ports.api.proveEmail(email));
  }

  /** With the right code the visitor is somebody proven, whose mails belong here too: everything is read anew. */
  async checkCode(email: string, code: string): Promise<Customer> {
    const { visitor, customer } = await this.#authorised(() => this.#ports.api.checkCode(email, code));
    this.#ports.api.token = visitor;
    this.#session.become(visitor);
    this.#keep(VISITOR, visitor);
    this.store.set({ customer });
    this.#live.stop();
    this.#session.begin();
    return customer;
  }

  /** With the right code the conversation that began elsewhere is here: everything is read anew. */
  async checkContinuation(code: string): Promise<void> {
    await this.#authorised(() => this.#ports.api.checkContinuation(this.#continueBy ?? "", code));
    this.#continued();
  }

  putProofAway(): void {
    this.store.set({ proofLater: true });
    this.#keep(PROOF_LATER, "1");
  }

  // How it fits together

  /** Takes the link for this browser; asked again while it waits, for the agent may say that it is them. */
  async #openContinuation(): Promise<void> {
    const token = this.#continueBy;
    if (token === null || this.store.value.continuation === "here") return;
    try {
      const opened = await this.#authorised(() => this.#ports.api.openContinuation(token));
      if (opened.confirmed) return this.#continued();
      this.store.set({ continuation: opened.sent ? "code" : "agent" });
      this.#ports.clock.after(CONFIRMED_MS, () => void this.#openContinuation());
    } catch (error) {
      if (error instanceof Refused && error.status === 410) this.store.set({ continuation: "over" });
      else this.#ports.clock.after(CONFIRMED_MS, () => void this.#openContinuation());
    }
  }

  #continued(): void {
    this.store.set({ continuation: "here" });
    this.#live.stop();
    this.#session.begin();
  }

  #began(session: Session, returning: boolean): void {
    this.#ports.api.token = session.visitor;
    this.#keep(VISITOR, session.visitor);
    const { brand, agents, availability, policy, customer, can_prove } = session;
    this.store.set({ session: "ready", brand, agents, availability, policy, customer, canProve: can_prove });
    this.#setUnread(session.unread);
    this.#outbox.open();
    this.#uploads.open();
    this.#keep(SIGNED_IN, this.#session.isSignedIn ? "1" : null);
    if (this.#session.isSignedIn || session.conversation) this.#tracking.open();
    if (session.conversation && this.#live.line === "off") {
      // The history follows when the line is ready, so that nothing falls between the two.
      this.store.set({ history: "loading" });
      this.#live.start();
    } else if (returning) void this.loadHistory();
    else {
      this.#loaded = true;
      this.store.set({ history: "ready" });
    }
    if (this.#continueBy !== null && this.store.value.continuation === null) void this.#openContinuation();
  }

  #received(frame: Exclude<ServerFrame, { type: "ping" }>) {
    switch (frame.type) {
      case "ready":
        this.#outbox.open();
        if (this.store.value.history === "failed") void this.loadHistory();
        return;
      case "entry":
        return this.#arrived([frame.entry]);
      case "typing":
        return this.#typingWatcher.told(frame.on, frame.author);
      case "reset":
        return this.#session.begin();
    }
  }

  /** New or changed entries from the line. */
  #arrived(arriving: Entry[]): void {
    const { entries, unread } = this.store.value;
    const fresh = unknown(entries, arriving);
    this.#outbox.confirm(arriving.map(({ client_id }) => client_id));
    this.store.set({ entries: merged(entries, arriving) });
    const theirs = fresh.filter(fromUs);
    if (theirs.length > 0) this.#typingWatcher.told(false, null);
    if (!this.#seen()) this.#setUnread(unread + theirs.length);
    for (const { from, text } of theirs)
      this.#ports.tell({ type: "message", from: from as "agent" | "bot", text });
    this.look();
  }

  #stored(entry: Entry): void {
    this.store.set({ entries: merged(this.store.value.entries, [entry]) });
    this.#ports.tell({ type: "message", from: "me", text: entry.text });
    this.#live.start();
    this.#tracking.open();
    this.#claimProfile();
  }

  /** The newest page. Where it does not reach back to what was loaded before, it replaces that: no silent gaps. */
  #take({ items, next }: EntryPage): void {
    const { entries, older } = this.store.value;
    const joins = items.some(({ id }) => entries.some((known) => known.id === id));
    this.#outbox.confirm(items.map(({ client_id }) => client_id));
    if (!this.#loaded) this.store.set({ entries: merged(entries, items), older: next });
    else if (joins) this.store.set({ entries: merged(entries, items), older });
    else this.store.set({ entries: merged([], items), older: next });
    this.#loaded = true;
    if (items.length > 0) this.#live.start();
    this.look();
  }

  /** The line does not come up: look over plain HTTP whether something was said meanwhile. */
  #lookAround(): void {
    if (this.store.value.history === "loading") void this.loadHistory();
    else if (this.#ports.visible() && this.store.value.open) void this.#refresh();
  }

  async #refresh(): Promise<void> {
    try {
      this.#arrived((await this.#ports.api.messages(null)).items);
    } catch {
      // Nothing is lost: the line repeats what it missed, and tells itself when it is down.
    }
  }

  /** A token that no longer counts is renewed; the caller tries again or tells. */
  async #authorised<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof Refused && error.status === 401 && this.store.value.session === "ready") {
        this.#outbox.shut();
        this.#session.begin();
      }
      throw error;
    }
  }

  #changePerson(): void {
    this.#live.stop();
    this.#receipts.reset();
    this.#loaded = false;
    this.#tracking.shut();
    this.#outbox.shut();
    this.store.set(nobody);
    this.#session.begin();
  }

  #signOut(): void {
    this.#session.forget();
    this.#live.stop();
    this.#receipts.reset();
    this.#loaded = false;
    this.#tracking.shut();
    this.#outbox.clear();
    this.#uploads.clear();
    this.#ports.api.token = null;
    this.store.set({ ...nobody, draft: "", profile: {}, proofLater: false });
    this.#setUnread(0);
    if (this.store.value.open) this.#session.begin();
  }

  #set({ locale, theme, profile }: Extract<ToFrame, { type: "set" }>): void {
    this.store.set({
      ...(theme && { theme }),
      ...(profile && { profile: { ...this.store.value.profile, ...profile } }),
    });
    this.#claimProfile();
    if (!locale || locale === this.store.value.locale) return;
    this.#ports.api.locale = locale;
    this.store.set({ locale });
    // The sentences the server wrote (greeting, opening hours) are still in the other language.
    if (this.store.value.session === "ready") this.#session.begin();
  }

  /** What the page says about its visitor is worth telling only once they have written. */
  #claimProfile(): void {
    const { profile, entries } = this.store.value;
    const said = JSON.stringify(profile);
    if (said === "{}" || said === this.#claimed || !entries.some(({ from }) => from === "me")) return;
    this.#claimed = said;
    this.#ports.api.claim(profile satisfies Profile).catch(() => {
      this.#claimed = "";
    });
  }

  #seen(): boolean {
    return this.store.value.open && this.#atEnd && this.#ports.visible();
  }

  #setUnread(unread: number): void {
    if (unread === this.store.value.unread) return;
    this.store.set({ unread });
    this.#ports.tell({ type: "unread", count: unread });
  }

  #keep(name: string, value: string | null): void {
    this.#ports.tell({ type: "store", name, value });
  }
}
