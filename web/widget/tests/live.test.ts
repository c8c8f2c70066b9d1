import { describe, expect, it } from "vitest";
import { backoff } from "../src/app/clock.ts";
import { type Line, Live, type Socket } from "../src/app/live.ts";
import type { ServerFrame } from "../src/contract.ts";
import { anEntry } from "./entries.ts";
import { ManualClock } from "./manual-clock.ts";

class Wire implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: unknown[] = [];
  closed = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.closed = true;
  }

  say(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function setUp() {
  const clock = new ManualClock();
  const wires: Wire[] = [];
  const frames: string[] = [];
  const lines: Line[] = [];
  const told: string[] = [];
  const live = new Live({
    clock,
    connect: () => wires[wires.push(new Wire()) - 1]!,
    token: () => "token",
    received: (frame) => frames.push(frame.type),
    changed: (line) => lines.push(line),
    began: () => told.push("began"),
    unknown: () => told.push("unknown"),
    missed: () => told.push("missed"),
  });
  const up = (cursor: string) => {
    wires.at(-1)!.onopen?.();
    wires.at(-1)!.say({ type: "ready", cursor });
  };
  return { clock, live, wires, frames, lines, up, told };
}

describe("Live", () => {
  it("says who it is, and that it comes for the first time", () => {
    const { live, wires, up } = setUp();
    live.start();
    up("c1");
    expect(wires[0]!.sent).toEqual([{ type: "hello", token: "token", cursor: null }]);
    expect(live.line).toBe("live");
  });

  it("resumes behind the last frame it saw", async () => {
    const { clock, live, wires, told, up } = setUp();
    live.start();
    up("c1");
    wires[0]!.say({ type: "entry", cursor: "c2", entry: anEntry() });
    wires[0]!.onclose?.({ code: 1006 });
    await clock.turn(1_000);
    up("c2");
    expect(wires[1]!.sent).toEqual([{ type: "hello", token: "token", cursor: "c2" }]);
    expect(told).toEqual(["began", "missed"]);
  });

  it("is not told to start over by a second start", () => {
    const { live, wires, up } = setUp();
    live.start();
    up("c5");
    live.start();
    expect(wires).toHaveLength(1);
  });

  it("waits longer after each attempt that fails, and at once when nudged", async () => {
    const { clock, live, wires, lines, told } = setUp();
    live.start();
    wires.at(-1)!.onclose?.({ code: 1006 });
    await clock.turn(500);
    wires.at(-1)!.onclose?.({ code: 1006 });
    expect(lines.at(-1)).toBe("waiting");
    live.nudge();
    expect(wires).toHaveLength(3);
    expect(told).toEqual(["missed", "missed"]);
  });

  it("answers pings and does not pass them on", () => {
    const { live, wires, frames, up } = setUp();
    live.start();
    up("c1");
    wires[0]!.say({ type: "ping" });
    expect(wires[0]!.sent.at(-1)).toEqual({ type: "pong" });
    expect(frames).toEqual(["ready"]);
  });

  it("gives up a line that has gone silent", async () => {
    const { clock, live, wires, up } = setUp();
    live.start();
    up("c1");
    await clock.turn(61_000);
    expect(wires[0]!.closed).toBe(true);
    expect(wires).toHaveLength(2);
  });

  it("does not insist with a token that the server does not know", async () => {
    const { clock, live, wires, told } = setUp();
    live.start();
    wires[0]!.onclose?.({ code: 4401 });
    await clock.turn(120_000);
    expect(told).toEqual(["unknown"]);
    expect(wires).toHaveLength(1);
  });

  it("overlooks frames that are no JSON", () => {
    const { live, wires, frames, up } = setUp();
    live.start();
    up("c1");
    wires[0]!.onmessage?.({ data: "<html>" });
    expect(frames).toEqual(["ready"]);
  });

  it("stays off once stopped", async () => {
    const { clock, live, wires, up } = setUp();
    live.start();
    up("c1");
    live.stop();
    await clock.turn(120_000);
    expect(wires).toHaveLength(1);
  });
});

describe("backoff", () => {
  it("doubles up to half a minute", () => {
    expect([0, 1, 2, 20].map((attempt) => backoff(attempt, () => 0))).toEqual([500, 1000, 2000, 30_000]);
  });

  it("takes off up to a half", () => {
    expect(backoff(1, () => 1)).toBe(500);
  });
});
