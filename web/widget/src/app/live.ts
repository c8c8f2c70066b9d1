import type { ClientFrame, ServerFrame } from "../contract.ts";
import { backoff, type Clock, type Timer } from "./clock.ts";

export type Line = "off" | "connecting" | "live" | "waiting";

/** The part of a WebSocket that is used; tests bring their own. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface LivePorts {
  clock: Clock;
  connect(): Socket;
  token(): string;
  received(frame: Exclude<ServerFrame, { type: "ping" }>): void;
  changed(line: Line): void;
  /** The line is ready for the first time: what comes arrives, what was said before has to be fetched. */
  began(): void;
  /** The server does not know this token (any more). The line is off; a new session brings it back. */
  unknown(): void;
  /** An attempt failed: time to look over plain HTTP, in case a proxy swallows sockets. */
  missed(): void;
}

/** The server pings every 25 s; a line silent for longer than two pings is dead, whatever the browser thinks. */
const SILENCE_MS = 60_000;

/** How the server closes a line whose token does not count. */
const UNKNOWN_VISITOR = 4401;

/** The line on which new messages arrive. Keeps the cursor, so that a break repeats frames and never skips one. */
export class Live {
  readonly #ports: LivePorts;
  #socket: Socket | null = null;
  #cursor: string | null = null;
  #begun = false;
  #line: Line = "off";
  #attempt = 0;
  #retry: Timer | null = null;
  #silence: Timer | null = null;

  constructor(ports: LivePorts) {
    this.#ports = ports;
  }

  get line(): Line {
    return this.#line;
  }

  /** Begins with what comes from now on: whoever starts looks at the history once the line is ready. */
  start(): void {
    if (this.#line === "off") this.#connect();
  }

  stop(): void {
    this.#drop();
    this.#cursor = null;
    this.#begun = false;
    this.#attempt = 0;
    this.#become("off");
  }

  /** Connects now instead of at the end of a wait: the network is back, or the visitor is. */
  nudge(): void {
    if (this.#line === "waiting") this.#connect();
  }

  send(frame: ClientFrame): void {
    if (this.#line === "live") this.#socket?.send(JSON.stringify(frame));
  }

  #connect(): void {
    this.#drop();
    this.#become("connecting");
    const socket = this.#ports.connect();
    this.#socket = socket;
    this.#watchSilence();
    socket.onopen = () => {
      const hello: ClientFrame = { type: "hello", token: this.#ports.token(), cursor: this.#cursor };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => this.#take(event.data);
    socket.onclose = ({ code }) => (code === UNKNOWN_VISITOR ? this.#refused() : this.#broke());
  }

  #take(data: unknown) {
    const frame = parse(data);
    if (!frame) return;
    this.#watchSilence();
    if (frame.type === "ping") return this.send({ type: "pong" });
    if ("cursor" in frame) this.#cursor = frame.cursor;
    if (frame.type === "ready") {
      this.#attempt = 0;
      this.#become("live");
      if (!this.#begun) this.#ports.began();
      this.#begun = true;
    }
    this.#ports.received(frame);
  }

  #refused(): void {
    this.stop();
    this.#ports.unknown();
  }

  #broke(): void {
    this.#drop();
    this.#become("waiting");
    this.#retry = this.#ports.clock.after(backoff(this.#attempt++), () => this.#connect());
    this.#ports.missed();
  }

  #drop(): void {
    this.#retry?.cancel();
    this.#silence?.cancel();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #watchSilence(): void {
    this.#silence?.cancel();
    this.#silence = this.#ports.clock.after(SILENCE_MS, () => this.#broke());
  }

  #become(line: Line): void {
    if (line === this.#line) return;
    this.#line = line;
    this.#ports.changed(line);
  }
}

function parse(data: unknown): ServerFrame | null {
  try {
    return JSON.parse(String(data)) as ServerFrame;
  } catch {
    return null;
  }
}
