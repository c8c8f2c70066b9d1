import { createFormat } from "@damso/i18n";
import { describe, expect, it } from "vitest";
import { proven, sourceText, storyText } from "./identityText.ts";

const ko = createFormat("ko", "Asia/Seoul");

describe("a line of the story", () => {
  it("groups a phone number", () => expect(storyText("+821022223333", ko)).toBe("010-2222-3333"));
  it("leaves other words alone", () => expect(storyText("주문 +82 건", ko)).toBe("주문 +82 건"));
});

describe("what is proven", () => {
  it("is the browser alone for a visitor's cookie", () =>
    expect(proven({ kind: "visitor", proof: "authenticated" })).toBe("browser"));
  it("is the address for mail", () =>
    expect(proven({ kind: "email", proof: "authenticated" })).toBe("authenticated"));
});

describe("where a fact comes from", () => {
  const t = ((key: string, values?: { name?: string }) =>
    [key, values?.name].filter(Boolean).join(" ")) as never;

  it("names one of our own plugs", () =>
    expect(sourceText("enrichment:device", t)).toBe("source.enrichment source.plug.device"));
  it("names a service as the team does", () =>
    expect(sourceText("enrichment:firmo", t)).toBe("source.enrichment firmo"));
  it("names a group call", () => expect(sourceText("group", t)).toBe("source.group"));
  it("leaves what it does not know", () => expect(sourceText("till", t)).toBe("till"));
});
