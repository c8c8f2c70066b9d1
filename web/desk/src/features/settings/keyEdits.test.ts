import type { KeyBook, MySettings } from "@damso/api";
import { describe, expect, it } from "vitest";
import { clashOf, refusalFor, withKey, withoutKey, withoutOwn } from "./keyEdits.ts";

const settings = (own: MySettings["keys"]["own"] = {}) =>
  ({
    keys: { preset: "damso", own },
    keymap: { resolve: ["e"], reply: ["r"], go_inbox: ["g i"], send: ["mod+enter"], ...own },
  }) as unknown as MySettings;
const book = {
  actions: [
    { id: "resolve", place: "conversation", presets: { damso: "e" } },
    { id: "send", place: "writing", presets: { damso: "mod+enter" } },
  ],
  refused: [{ reason: "browser", combos: ["mod+w"] }],
} as unknown as KeyBook;

describe("giving keys to actions", () => {
  it("sees who has them, also where one begins with the other", () => {
    expect(clashOf(settings().keymap, "resolve", "r")).toBe("reply");
    expect(clashOf(settings().keymap, "resolve", "g")).toBe("go_inbox");
    expect(clashOf(settings().keymap, "resolve", "e")).toBeNull();
  });

  it("replaces one, adds one, and takes it from whoever had it", () => {
    expect(withKey(settings(), "resolve", "d", "e").own).toEqual({ resolve: ["d"] });
    expect(withKey(settings(), "resolve", "d").own).toEqual({ resolve: ["e", "d"] });
    expect(withKey(settings(), "resolve", "r", "e").own).toEqual({ resolve: ["r"], reply: [] });
  });

  it("takes keys away and gives the preset's back", () => {
    expect(withoutKey(settings(), "resolve", "e").own).toEqual({ resolve: [] });
    expect(withoutOwn(settings({ resolve: ["d"], reply: ["e"] }), book, "resolve").own).toEqual({
      reply: [],
    });
  });

  it("knows what cannot be given away", () => {
    expect(refusalFor(book, "resolve", "mod+w")).toBe("browser");
    expect(refusalFor(book, "send", "e")).toBe("typing");
    expect(refusalFor(book, "resolve", "e")).toBeNull();
  });
});
