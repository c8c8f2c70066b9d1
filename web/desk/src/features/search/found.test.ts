import { describe, expect, it } from "vitest";
import { holds, marked } from "./found.ts";

describe("a name that is looked for", () => {
  it("is found by parts of it, in any order, and by initial consonants", () => {
    expect(holds("배송 지연 안내", "안내 배송")).toBe(true);
    expect(holds("배송 지연 안내", "ㅂㅅ")).toBe(true);
    expect(holds("Sign-in policy", "POLICY")).toBe(true);
    expect(holds("배송 지연 안내", "환불")).toBe(false);
  });

  it("shows what was found", () => {
    expect(marked("배송 지연", "ㅈㅇ").filter((piece) => piece.hit)).toEqual([{ text: "지연", hit: true }]);
    expect(marked("배송", "환불")).toEqual([{ text: "배송", hit: false }]);
  });
});
