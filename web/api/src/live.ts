import type { ClientFrame, ServerFrame } from "./contract.ts";

export type LiveState = "connecting" | "live" | "lost";

interface Options {
  open: () => WebSocket;
  onFrame: (frame: ServerFrame) => void;
  onState: (state: LiveState) => void;
  /** Between 0 and 1; spreads reconnections so that a restarted server is not stormed. */
  random?: () => number;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 20_000;
/** The server pings every 25 s; two missed pings mean that the line is dead though the socket looks open. */
const SILENCE = 60_000;

/**
 * The desk's line to the server. Keeps the resume cursor of the last frame it handed on, so that after a
 * break the server repeats whatever may have been missed; frames may therefore come twice.
 */
export class Live {
  private readonly options: Options;
  private socket: WebSocket | null = null;
  private cursor: string | null = null;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;
  private viewing: string | null = null;
  private ready = false;

  constructor(options: Options) {
    this.options = options;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    this.drop();
  }

  /** Tries at once instead of waiting for the next try: the network came back, or a person asked. */
  wake(): void {
    if (this.stopped || this.socket) return;
    this.tries = 0;
    clearTimeout(this.retry);
    this.connect();
  }

  /** Tells colleagues what this agent looks at; told again after every reconnection. */
  view(conversationId: string | null): void {
    this.viewing = conversationId;
    if (this.ready) this.send({ type: "viewing", conversation_id: conversationId });
  }

  /** `identityId` is whom an answer is being written to: their chat may show it. Null for a note. */
  typing(conversationId: string, identityId: number | null, on: boolean): void {
    if (this.ready)
      this.send({ type: "typing", conversation_id: conversationId, identity_id: identityId, on });
  }

  private connect(): void {
    this.options.onState("connecting");
    const socket = this.options.open();
    this.socket = socket;
    socket.onopen = () => {
      this.send({ type: "hello", cursor: this.cursor });
      this.listen();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket !== this.socket) return;
      this.listen();
      this.take(JSON.parse(event.data) as ServerFrame);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  private take(frame: ServerFrame): void {
    if (frame.type === "ping") {
      this.send({ type: "pong" });
      return;
    }
    if (frame.type === "ready") {
      this.tries = 0;
      this.ready = true;
      this.options.onState("live");
      if (this.viewing) this.send({ type: "viewing", conversation_id: this.viewing });
    }
    this.options.onFrame(frame);
    if ("cursor" in frame) this.cursor = frame.cursor;
    else if (frame.type === "reset") this.cursor = null;
  }

  private lost(): void {
    this.drop();
    if (this.stopped) return;
    this.options.onState("lost");
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.tries);
    const delay = ceiling * (0.5 + 0.5 * (this.options.random ?? Math.random)());
    this.tries += 1;
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private listen(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), SILENCE);
  }

  private drop(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    this.ready = false;
    socket?.close();
  }

  private send(frame: ClientFrame): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }
}

/** The line to this page's own server. */
export function openLive(): WebSocket {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return new WebSocket(`${scheme}://${location.host}/api/live`);
}
