import { describe, expect, it } from "vitest";
import { fromWallClock, snoozeTimes } from "./snoozeTimes.ts";

describe("times to snooze to", () => {
  it("are mornings of the agent's zone", () => {
    // Saturday evening in Seoul.
    const times = snoozeTimes(new Date("2026-11-21T10:10:00Z"), "Asia/Seoul");
    expect(times.tomorrow).toBe("2026-11-22T00:00:00.000Z");
    expect(times.nextWeek).toBe("2026-11-23T00:00:00.000Z");
    expect(times.later).toBe("2026-11-21T13:30:00.000Z");
  });

  it("take the next Monday, not today's", () => {
    const times = snoozeTimes(new Date("2026-11-23T03:00:00Z"), "Asia/Seoul");
    expect(times.nextWeek).toBe("2026-11-30T00:00:00.000Z");
  });

  it("offer Monday once on a Sunday", () => {
    const times = snoozeTimes(new Date("2026-11-22T03:00:00Z"), "Asia/Seoul");
    expect(times.tomorrow).toBe("2026-11-23T00:00:00.000Z");
    expect(times.nextWeek).toBeNull();
  });

  it("follow a zone over its change of clocks", () => {
    expect(fromWallClock(Date.UTC(2026, 2, 8, 9), "America/New_York")).toBe("2026-03-08T13:00:00.000Z");
    expect(fromWallClock(Date.UTC(2026, 2, 7, 9), "America/New_York")).toBe("2026-03-07T14:00:00.000Z");
  });
});
