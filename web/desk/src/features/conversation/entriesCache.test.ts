import type { Entry } from "@damso/api";
import { describe, expect, it } from "vitest";
import { type Entries, entriesOf, withEntry } from "./entriesCache.ts";

const entry = (id: string, at: string, text = id) => ({ id, at, text }) as Entry;

function loaded(next: string | null, ...items: Entry[]): Entries {
  return { pages: [{ items, next }], pageParams: [undefined] };
}

describe("a thread that changes while it is read", () => {
  it("puts a late entry where its time says", () => {
    const after = withEntry(loaded(null, entry("a", "1"), entry("c", "3")), entry("b", "2"));
    expect(entriesOf(after).map((one) => one.id)).toEqual(["a", "b", "c"]);
  });

  it("replaces what it knows, so a frame that comes twice changes nothing", () => {
    const once = withEntry(loaded(null, entry("a", "1")), entry("b", "2"));
    const twice = withEntry(once, entry("b", "2", "edited"));
    expect(entriesOf(twice).map((one) => one.text)).toEqual(["a", "edited"]);
  });

  it("leaves to its own page what is older than everything loaded", () => {
    const before = loaded("more", entry("m", "5"));
    expect(withEntry(before, entry("old", "1"))).toBe(before);
  });

  it("reads pages from the oldest on", () => {
    const known: Entries = {
      pages: [
        { items: [entry("c", "3")], next: "p" },
        { items: [entry("a", "1"), entry("b", "2")], next: null },
      ],
      pageParams: [undefined, "p"],
    };
    expect(entriesOf(known).map((one) => one.id)).toEqual(["a", "b", "c"]);
  });
});
