import { describe, expect, it } from "vitest";
import { continues, lastFromUs, merged, startsDay, unknown } from "../src/app/timeline.ts";
import { anEntry } from "./entries.ts";

describe("merged", () => {
  it("keeps one of what arrives twice, in order of time", () => {
    const [first, second, third] = [anEntry(), anEntry(), anEntry()];
    const shuffled = merged([third!], [second!, first!, third!]);
    expect(shuffled.map(({ id }) => id)).toEqual([first!.id, second!.id, third!.id]);
  });

  it("replaces an edited entry in its place", () => {
    const [first, second] = [anEntry({ text: "원래 글" }), anEntry()];
    const after = merged([first!, second!], [{ ...first!, text: "고친 글", edited: true }]);
    expect(after.map(({ text }) => text)[0]).toBe("고친 글");
  });

  it("never takes a status back", () => {
    const mine = anEntry({ from: "me", status: "read" });
    expect(merged([mine], [{ ...mine, status: "delivered" }])[0]!.status).toBe("read");
    expect(merged([{ ...mine, status: "sent" }], [mine])[0]!.status).toBe("read");
  });
});

describe("unknown", () => {
  it("names only what was never seen", () => {
    const [old, fresh] = [anEntry(), anEntry()];
    expect(unknown([old!], [old!, fresh!])).toEqual([fresh]);
  });
});

describe("lastFromUs", () => {
  it("skips the visitor's own and the system's lines", () => {
    const agent = anEntry({ from: "agent" });
    expect(lastFromUs([agent, anEntry({ from: "me" }), anEntry({ from: "system" })])).toBe(agent);
    expect(lastFromUs([])).toBeNull();
  });
});

describe("grouping", () => {
  const at = "2026-11-21T03:00:00Z";

  it("joins what one author writes within minutes", () => {
    expect(continues(anEntry({ at }), anEntry({ at: "2026-11-21T03:04:00Z" }))).toBe(true);
    expect(continues(anEntry({ at }), anEntry({ at: "2026-11-21T03:06:00Z" }))).toBe(false);
  });

  it("parts authors and channels", () => {
    expect(continues(anEntry({ at }), anEntry({ at, author: { name: "이서준", initials: "서준" } }))).toBe(
      false,
    );
    expect(continues(anEntry({ at }), anEntry({ at, channel: "email" }))).toBe(false);
  });

  it("begins a day with the first entry and with each new one", () => {
    expect(startsDay(undefined, anEntry({ at }))).toBe(true);
    expect(startsDay(anEntry({ at }), anEntry({ at: "2026-11-23T03:00:00Z" }))).toBe(true);
    expect(startsDay(anEntry({ at }), anEntry({ at }))).toBe(false);
  });
});
