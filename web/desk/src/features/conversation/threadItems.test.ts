import type { Entry } from "@damso/api";
import { describe, expect, it } from "vitest";
import { threadItems } from "./threadItems.ts";

function makeEntry(id: string, at: string, given: Partial<Entry> = {}): Entry {
  return {
    id,
    at,
    kind: "message",
    channel: "chat",
    author: { kind: "customer", id: "c", name: "김하늘" },
    subject: null,
    send_key: null,
    ...given,
  } as Entry;
}

const dayOf = (iso: string) => iso.slice(0, 10);
const types = (entries: Entry[]) => threadItems(entries, dayOf).map((item) => item.type);

describe("a thread as it is read", () => {
  it("begins each day with its date", () => {
    expect(types([makeEntry("a", "2026-11-20T10:00:00Z"), makeEntry("b", "2026-11-21T10:00:00Z")])).toEqual([
      "day",
      "entry",
      "day",
      "entry",
    ]);
  });

  it("marks where the channel changed, and only there", () => {
    const entries = [
      makeEntry("a", "2026-11-21T10:00:00Z"),
      makeEntry("b", "2026-11-21T10:10:00Z", { channel: "email" }),
      makeEntry("n", "2026-11-21T10:11:00Z", { kind: "note", channel: null }),
      makeEntry("c", "2026-11-21T10:20:00Z", { channel: "email" }),
    ];
    expect(types(entries)).toEqual(["day", "entry", "channel", "entry", "entry", "entry"]);
  });

  it("folds activities that follow each other", () => {
    const entries = ["a", "b", "c"].map((id) =>
      makeEntry(id, "2026-11-21T10:00:00Z", { kind: "activity", channel: null }),
    );
    expect(threadItems(entries, dayOf)).toMatchObject([
      { type: "day" },
      { type: "activities", entries: { length: 3 } },
    ]);
  });

  it("names an author once a breath", () => {
    const entries = [
      makeEntry("a", "2026-11-21T10:00:00Z"),
      makeEntry("b", "2026-11-21T10:01:00Z"),
      makeEntry("c", "2026-11-21T10:30:00Z"),
    ];
    const joined = threadItems(entries, dayOf).flatMap((item) =>
      item.type === "entry" ? [item.joined] : [],
    );
    expect(joined).toEqual([false, true, false]);
  });
});
