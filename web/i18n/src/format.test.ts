import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFormat } from "./format.ts";

const ko = createFormat("ko", "Asia/Seoul");
const en = createFormat("en", "Asia/Seoul");

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-11-21T06:30:00Z") });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("moments", () => {
  it("writes a moment the Korean way", () => {
    expect(ko.moment("2026-11-21T06:20:00Z")).toBe("11월 21일 (토) 오후 3:20");
  });

  it("writes a moment the English way", () => {
    expect(en.moment("2026-11-21T06:20:00Z")).toBe("Sat, Nov 21, 3:20 PM");
  });

  it("names another year", () => {
    expect(ko.moment("2025-01-02T00:00:00Z")).toBe("2025년 1월 2일 (목) 오전 9:00");
  });

  it("writes a bare date as it stands, whatever the zone", () => {
    expect(ko.date("2026-11-20")).toBe("11월 20일 (금)");
    expect(ko.date("2025-11-20")).toBe("2025년 11월 20일 (목)");
    expect(en.date("2026-11-20")).toBe("Fri, Nov 20");
    expect(en.date("2025-11-20")).toBe("Thu, Nov 20, 2025");
  });

  it("counts days in the reader's zone, not in UTC", () => {
    expect(ko.brief("2026-11-20T16:00:00Z")).toBe("오전 1:00");
    expect(ko.brief("2026-11-20T14:00:00Z")).toBe("어제");
    expect(en.day("2026-11-20T14:00:00Z")).toBe("Yesterday");
  });
});

describe("spans", () => {
  it("takes the largest whole unit", () => {
    expect(ko.span("2026-11-21T06:29:40Z")).toBe("방금");
    expect(ko.span("2026-11-21T06:18:00Z")).toBe("12분");
    expect(en.span("2026-11-21T01:00:00Z")).toBe("5h");
    expect(ko.span("2026-11-18T06:00:00Z")).toBe("3일");
  });
});

describe("numbers", () => {
  it("counts in 만 in Korean", () => {
    expect(ko.compact(12_345)).toBe("1.2만");
    expect(en.compact(12_345)).toBe("12.3K");
  });

  it("groups sizes", () => {
    expect(ko.bytes(512)).toBe("512B");
    expect(ko.bytes(340_400)).toBe("340KB");
    expect(ko.bytes(12_340_000)).toBe("12.3MB");
  });
});

describe("phone numbers", () => {
  it.each([
    ["+821012345678", "010-1234-5678"],
    ["01012345678", "010-1234-5678"],
    ["+82 2 345 6789", "02-345-6789"],
    ["0312345678", "031-234-5678"],
    ["15881234", "1588-1234"],
    ["050712345678", "0507-1234-5678"],
    ["+14155550123", "+14155550123"],
  ])("%s becomes %s", (given, written) => {
    expect(ko.phone(given)).toBe(written);
  });
});
