import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerFrame } from "./contract.ts";
import { Live, type LiveState } from "./live.ts";

/** The browser's end of a line whose other end the test holds. */
class Line {
  static readonly OPEN = 1;
  readyState = 0;
  sent: unknown[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;

  accept() {
    this.readyState = 1;
    this.onopen?.();
  }
  push(frame: ServerFrame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.();
  }
}

function setUp() {
  const lines: Line[] = [];
  const frames: ServerFrame[] = [];
  const states: LiveState[] = [];
  const live = new Live({
    open: () => {
      const line = new Line();
      lines.push(line);
      return line as unknown as WebSocket;
    },
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    random: () => 1,
  });
  live.start();
  return { live, lines, frames, states };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Line);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live line", () => {
  it("says hello without a cursor first and is live when the server is ready", () => {
    const { lines, states } = setUp();
    lines[0]!.accept();
    expect(lines[0]!.sent).toEqual([{ type: "hello", cursor: null }]);
    lines[0]!.push({ type: "ready", cursor: "c1" });
    expect(states).toEqual(["connecting", "live"]);
  });

  it("resumes from the cursor of the last frame it handed on", () => {
    const { lines } = setUp();
    lines[0]!.accept();
    lines[0]!.push({ type: "ready", cursor: "c1" });
    lines[0]!.push({ type: "inbox", cursor: "c2", inbox_id: "i" });
    lines[0]!.close();
    vi.advanceTimersByTime(500);
    lines[1]!.accept();
    expect(lines[1]!.sent).toEqual([{ type: "hello", cursor: "c2" }]);
  });

  it("forgets its cursor on reset", () => {
    const { lines, frames } = setUp();
    lines[0]!.accept();
    lines[0]!.push({ type: "ready", cursor: "c1" });
    lines[0]!.push({ type: "reset" });
    expect(frames.at(-1)).toEqual({ type: "reset" });
    lines[0]!.close();
    vi.advanceTimersByTime(500);
    lines[1]!.accept();
    expect(lines[1]!.sent).toEqual([{ type: "hello", cursor: null }]);
  });

  it("waits longer after each failed try, up to a ceiling", () => {
    const { lines } = setUp();
    lines[0]!.close();
    vi.advanceTimersByTime(499);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    lines[1]!.close();
    vi.advanceTimersByTime(999);
    expect(lines).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(lines).toHaveLength(3);
  });

  it("answers pings and keeps them to itself", () => {
    const { lines, frames } = setUp();
    lines[0]!.accept();
    lines[0]!.push({ type: "ping" });
    expect(lines[0]!.sent.at(-1)).toEqual({ type: "pong" });
    expect(frames).toEqual([]);
  });

  it("takes a silent line for a dead one", () => {
    const { lines, states } = setUp();
    lines[0]!.accept();
    lines[0]!.push({ type: "ready", cursor: "c1" });
    vi.advanceTimersByTime(60_000);
    expect(states.at(-1)).toBe("lost");
    vi.advanceTimersByTime(500);
    expect(lines).toHaveLength(2);
  });

  it("tells again what it looks at after a break", () => {
    const { live, lines } = setUp();
    live.view("k");
    lines[0]!.accept();
    lines[0]!.push({ type: "ready", cursor: "c1" });
    expect(lines[0]!.sent.at(-1)).toEqual({ type: "viewing", conversation_id: "k" });
    lines[0]!.close();
    live.wake();
    lines[1]!.accept();
    lines[1]!.push({ type: "ready", cursor: "c1" });
    expect(lines[1]!.sent.at(-1)).toEqual({ type: "viewing", conversation_id: "k" });
  });

  it("stays closed once stopped", () => {
    const { live, lines } = setUp();
    lines[0]!.accept();
    live.stop();
    vi.advanceTimersByTime(100_000);
    expect(lines).toHaveLength(1);
  });
});
