import { describe, expect, it } from "vitest";
import { type Controls, commandRunner, drainQueue, type Options } from "../src/loader/commands.ts";
import { Events } from "../src/loader/events.ts";

function setUp() {
  const done: unknown[] = [];
  const warnings: string[] = [];
  const controls: Controls = {
    open: () => done.push("open"),
    close: () => done.push("close"),
    toggle: () => done.push("toggle"),
    hide: () => done.push("hide"),
    show: () => done.push("show"),
    identify: (token) => done.push(["identify", token]),
    signOut: () => done.push("sign-out"),
    track: (name, properties) => done.push(["track", name, properties]),
    set: (options: Options) => done.push(["set", options]),
  };
  const events = new Events();
  const run = commandRunner(controls, events, (text) => warnings.push(text));
  return { done, warnings, events, run };
}

describe("damso()", () => {
  it("runs what was asked before it was there, in order", () => {
    const { done, run } = setUp();
    const stub = Object.assign(() => undefined, {
      q: [["identify", "jwt"], ["track", "Cart Viewed"], ["open"]],
    });
    drainQueue(stub, run);
    expect(done).toEqual([["identify", "jwt"], ["track", "Cart Viewed", {}], "open"]);
  });

  it("takes the arguments objects that the documented stub collects", () => {
    const { done, run } = setUp();
    const q: ArrayLike<unknown>[] = [];
    (function stub(..._args: unknown[]) {
      // biome-ignore lint/complexity/noArguments: the snippet that shops paste collects these
      q.push(arguments);
    })("hide");
    drainQueue(
      Object.assign(() => undefined, { q }),
      run,
    );
    expect(done).toEqual(["hide"]);
  });

  it("needs no stub", () => {
    const { done, run } = setUp();
    drainQueue(undefined, run);
    expect(done).toEqual([]);
  });

  it("signs out on null and refuses what is no token", () => {
    const { done, warnings, run } = setUp();
    run("identify", null);
    run("identify", { sub: "1" });
    expect(done).toEqual(["sign-out"]);
    expect(warnings).toHaveLength(1);
  });

  it("sets what it knows and names what it does not", () => {
    const { done, warnings, run } = setUp();
    run("set", { locale: "en", name: "한서연", theme: "neon", vip: true });
    expect(done).toEqual([["set", { locale: "en", name: "한서연" }]]);
    expect(warnings).toHaveLength(2);
  });

  it("warns of unknown commands and events and never throws", () => {
    const { warnings, run } = setUp();
    run("dance");
    run("on", "click", () => undefined);
    run("on", "open", "not a function");
    run("track");
    expect(warnings).toHaveLength(4);
  });

  it("calls listeners until they are taken off", () => {
    const { events, run } = setUp();
    const heard: unknown[] = [];
    const listener = (count: unknown) => heard.push(count);
    run("on", "unread", listener);
    events.emit("unread", 2);
    run("off", "unread", listener);
    events.emit("unread", 3);
    expect(heard).toEqual([2]);
  });
});
