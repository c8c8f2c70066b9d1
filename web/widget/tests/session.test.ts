import { describe, expect, it } from "vitest";
import { Refused, type SessionRequest, Unreachable } from "../src/app/api.ts";
import { SessionStart } from "../src/app/session.ts";
import type { Session } from "../src/contract.ts";
import { ManualClock, settled } from "./manual-clock.ts";

const page = { url: "https://shop.example/", title: "", referrer: "" };
const session = { visitor: "visitor-2" } as Session;

function setUp(
  visitor: string | null,
  identity: string | null,
  answers: (Session | Error)[],
  wasSignedIn = false,
) {
  const clock = new ManualClock();
  const asked: Partial<SessionRequest>[] = [];
  const events: string[] = [];
  const start = new SessionStart(
    {
      clock,
      ask: async ({ visitor, identity_token }) => {
        asked.push({ ...(visitor && { visitor }), ...(identity_token && { identity_token }) });
        const answer = answers.shift() ?? session;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      circumstances: () => ({ page, locale: "ko", timezone: "Asia/Seoul" }),
      began: (_, returning) => events.push(returning ? "began again" : "began"),
      changed: (state) => events.push(state),
      identityRefused: (detail) => events.push(`identity refused: ${detail}`),
    },
    { visitor, identity, wasSignedIn },
  );
  return { clock, asked, events, start };
}

describe("SessionStart", () => {
  it("begins as nobody", async () => {
    const { asked, events, start } = setUp(null, null, []);
    start.begin();
    await settled();
    expect(asked).toEqual([{}]);
    expect(events).toEqual(["starting", "began"]);
  });

  it("returns as the visitor it was", async () => {
    const { asked, events, start } = setUp("visitor-1", "jwt", []);
    start.begin();
    await settled();
    expect(asked).toEqual([{ visitor: "visitor-1", identity_token: "jwt" }]);
    expect(events.at(-1)).toBe("began again");
  });

  it("asks again until the server answers", async () => {
    const { clock, events, start } = setUp(null, null, [new Unreachable(), new Refused(502, {}, null)]);
    start.begin();
    await clock.turn(10_000);
    expect(events.filter((event) => event === "retrying")).toHaveLength(2);
    expect(events.at(-1)).toBe("began");
  });

  it("goes on without an identity token that is refused, and says so", async () => {
    const refused = new Refused(401, { code: "IDENTITY_TOKEN_INVALID", detail: "서명이 맞지 않아요." }, null);
    const { asked, events, start } = setUp("visitor-1", "forged", [refused]);
    start.begin();
    await settled();
    expect(asked.at(-1)).toEqual({ visitor: "visitor-1" });
    expect(events).toContain("identity refused: 서명이 맞지 않아요.");
  });

  it("becomes a new visitor when the old token does not count", async () => {
    const { asked, start } = setUp("forged", null, [new Refused(401, {}, null)]);
    start.begin();
    await settled();
    expect(asked).toEqual([{ visitor: "forged" }, {}]);
  });

  it("stops where the chat may not be opened", async () => {
    const { clock, asked, events, start } = setUp(null, null, [
      new Refused(403, { detail: "안 돼요." }, null),
    ]);
    start.begin();
    await clock.turn(60_000);
    expect(asked).toHaveLength(1);
    expect(events.at(-1)).toBe("refused");
  });

  it("ignores the answer to a question that was overtaken", async () => {
    const { events, start } = setUp(null, null, []);
    start.begin();
    start.begin();
    await settled();
    expect(events.filter((event) => event === "began")).toHaveLength(1);
  });

  it("waits a moment for the page to say that somebody is still signed in", async () => {
    const { clock, asked, start } = setUp("visitor-1", null, [], true);
    start.begin();
    await clock.turn(1_000);
    expect(asked).toEqual([]);
    start.identify("jwt");
    start.begin();
    await clock.turn(5_000);
    expect(asked).toEqual([{ visitor: "visitor-1", identity_token: "jwt" }]);
  });

  it("goes on without them when the page says nothing", async () => {
    const { clock, asked, start } = setUp("visitor-1", null, [], true);
    start.begin();
    await clock.turn(2_000);
    expect(asked).toEqual([{ visitor: "visitor-1" }]);
  });

  it("takes the same identity token as no news", () => {
    const { start } = setUp(null, "jwt", []);
    expect(start.identify("jwt")).toBe(false);
    expect(start.identify("other")).toBe(true);
  });
});
