import { describe, expect, it } from "vitest";
import { TypingSender, TypingWatcher } from "../src/app/typing.ts";
import { ManualClock } from "./manual-clock.ts";

describe("TypingSender", () => {
  it("tells once in three seconds however fast one types", async () => {
    const clock = new ManualClock();
    const told: boolean[] = [];
    const sender = new TypingSender(clock, (on) => told.push(on));
    for (let key = 0; key < 35; key++) {
      sender.key();
      await clock.turn(100);
    }
    expect(told).toEqual([true, true]);
  });

  it("tells the end after a pause, once", async () => {
    const clock = new ManualClock();
    const told: boolean[] = [];
    const sender = new TypingSender(clock, (on) => told.push(on));
    sender.key();
    await clock.turn(5_000);
    sender.stop();
    expect(told).toEqual([true, false]);
  });
});

describe("TypingWatcher", () => {
  it("forgets an end that was lost", async () => {
    const clock = new ManualClock();
    const shown: unknown[] = [];
    const watcher = new TypingWatcher<{ name: string }>(clock, (who) => shown.push(who));
    watcher.told(true, { name: "김담소" });
    await clock.turn(8_000);
    expect(shown).toEqual([{ name: "김담소" }, null]);
  });

  it("shows somebody whose name is not told", () => {
    const shown: unknown[] = [];
    new TypingWatcher(new ManualClock(), (who) => shown.push(who)).told(true, null);
    expect(shown).toEqual(["someone"]);
  });
});
