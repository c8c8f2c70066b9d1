import type { Notifications, QuietHours } from "@damso/api";
import { describe, expect, it } from "vitest";
import { isQuiet, wants } from "./quiet.ts";

const nights: QuietHours = { begins: "19:00", ends: "09:00", days: ["fri"] };
const lunch: QuietHours = { begins: "12:00", ends: "13:00", days: ["fri"] };
/** 2026-11-20 is a Friday; Seoul is nine hours ahead. */
const seoul = (time: string, day = "20") => new Date(`2026-11-${day}T${time}:00+09:00`);
const quiet = (hours: QuietHours, at: Date) => isQuiet(hours, "Asia/Seoul", at);

describe("quiet hours", () => {
  it("last past midnight on the day they began", () => {
    expect(quiet(nights, seoul("19:00"))).toBe(true);
    expect(quiet(nights, seoul("08:59", "21"))).toBe(true);
    expect(quiet(nights, seoul("09:00", "21"))).toBe(false);
    expect(quiet(nights, seoul("08:00"))).toBe(false);
    expect(quiet(nights, seoul("20:00", "21"))).toBe(false);
  });

  it("may lie within a day, by the agent's own clock", () => {
    expect(quiet(lunch, seoul("12:30"))).toBe(true);
    expect(quiet(lunch, seoul("13:00"))).toBe(false);
    expect(isQuiet(lunch, "UTC", seoul("12:30"))).toBe(false);
    expect(isQuiet(null, "UTC")).toBe(false);
  });
});

describe("what an agent wants to hear of", () => {
  const settings: Notifications = {
    occasions: ["answer", "mentioned"],
    desktop: true,
    sound: false,
    quiet: null,
    muted_inbox_ids: ["muted"],
  };

  it("is what they chose, from inboxes that are not muted, and whatever names them", () => {
    expect(wants(settings, "answer", "inbox")).toBe(true);
    expect(wants(settings, "team", "inbox")).toBe(false);
    expect(wants(settings, "answer", "muted")).toBe(false);
    expect(wants(settings, "mentioned", "muted")).toBe(true);
  });
});
