import type { Route } from "@damso/api";
import { describe, expect, it } from "vitest";
import {
  alternativeTo,
  charactersLeft,
  chooseRoute,
  mentioned,
  refusalOf,
  stepOf,
  triggerAt,
} from "./rules.ts";

function makeRoute(given: Partial<Route> = {}): Route {
  return {
    inbox_id: "chat",
    inbox_name: "웹 채팅",
    channel: "chat",
    identity_id: 1,
    address: "방문자",
    open: true,
    closes_at: null,
    cost: null,
    owner: null,
    reason: null,
    held: null,
    suggested: false,
    trusted: true,
    policy: {
      text_limit: 100,
      media_types: ["image/*", "application/pdf"],
      media_max_bytes: 1000,
      media_max_files: 2,
      subject: false,
      rich_text: false,
      copies: false,
      typing: true,
      recall: true,
      undo_seconds: 0,
      receipts: [],
      kinds: [],
      buttons: 0,
      button_length: 0,
      measure: "characters",
      steps: [],
      quotes: false,
    },
    ...given,
  };
}

const image = { name: "사진.png", size: 10, content_type: "image/png" };

describe("how long a text is", () => {
  const policy = {
    ...makeRoute().policy,
    measure: "euc-kr" as const,
    text_limit: 20,
    steps: [
      { name: "SMS", limit: 9 },
      { name: "LMS", limit: 20 },
    ],
  };
  it("counts as carriers do, and names what it leaves as", () => {
    const route = makeRoute({ policy });
    expect(stepOf(route, "네, 4시")).toEqual({ name: "SMS", limit: 9, length: 7 });
    expect(stepOf(route, "네, 네 시예요")?.name).toBe("LMS");
    expect(stepOf(route, "가".repeat(11))).toBeNull();
    expect(refusalOf(route, "가".repeat(11), [])).toEqual({ code: "TEXT_TOO_LONG", over: 2 });
    expect(stepOf(makeRoute(), "네")).toBeNull();
  });
});

describe("refusing before sending", () => {
  it("lets through what the channel can carry", () => {
    expect(refusalOf(makeRoute(), "안녕하세요", [image])).toBeNull();
  });

  it("knows when there is nowhere to send", () => {
    expect(refusalOf(undefined, "안녕하세요", [])).toEqual({ code: "NO_ROUTE" });
    expect(refusalOf(makeRoute({ open: false, reason: "닫힘" }), "안", [])).toEqual({
      code: "ROUTE_CLOSED",
      reason: "닫힘",
    });
  });

  it("counts characters as people do", () => {
    expect(refusalOf(makeRoute(), "😀".repeat(100), [])).toBeNull();
    expect(refusalOf(makeRoute(), "가".repeat(103), [])).toEqual({ code: "TEXT_TOO_LONG", over: 3 });
  });

  it("checks number, size and kind of files", () => {
    expect(refusalOf(makeRoute(), "", [image, image, image])).toEqual({ code: "TOO_MANY_FILES", most: 2 });
    expect(refusalOf(makeRoute(), "", [{ ...image, size: 1001 }])).toMatchObject({ code: "FILE_TOO_BIG" });
    expect(refusalOf(makeRoute(), "", [{ ...image, content_type: "text/html" }])).toMatchObject({
      code: "FILE_TYPE",
    });
  });

  it("refuses every file where the channel carries none", () => {
    const bare = makeRoute({ policy: { ...makeRoute().policy, media_types: [] } });
    expect(refusalOf(bare, "", [image])).toEqual({ code: "FILES_NOT_ALLOWED" });
  });
});

describe("choosing the way", () => {
  const chat = makeRoute();
  const mail = makeRoute({ inbox_id: "mail", identity_id: 2, channel: "email", suggested: true });

  it("keeps to what the agent chose, else follows the proposal", () => {
    expect(chooseRoute([chat, mail], { inbox_id: "chat", identity_id: 1 })).toBe(chat);
    expect(chooseRoute([chat, mail], null)).toBe(mail);
    expect(chooseRoute([chat, mail], { inbox_id: "gone", identity_id: 9 })).toBe(mail);
  });

  it("offers an open way when the chosen one is closed", () => {
    const closed = makeRoute({ open: false });
    expect(alternativeTo(closed, [closed, mail])).toBe(mail);
    expect(alternativeTo(closed, [closed])).toBeUndefined();
  });

  it("tells what is left only near the end", () => {
    expect(charactersLeft(chat, "가".repeat(50))).toBeNull();
    expect(charactersLeft(chat, "가".repeat(95))).toBe(5);
  });
});

describe("what is being typed", () => {
  it("finds a canned answer and a colleague at the caret", () => {
    expect(triggerAt("/배송", 3)).toEqual({ sign: "/", query: "배송", from: 0 });
    expect(triggerAt("확인 부탁 @한", 8)).toEqual({ sign: "@", query: "한", from: 6 });
  });

  it("leaves addresses and paths alone", () => {
    expect(triggerAt("a@b", 3)).toBeNull();
    expect(triggerAt("https://x", 9)).toBeNull();
  });

  it("forgets a mention that was deleted again", () => {
    const both = [
      { id: "1", name: "한소리" },
      { id: "2", name: "도담" },
    ];
    expect(mentioned("@한소리 봐 주세요", both)).toEqual(["1"]);
  });
});
