import { describe, expect, it } from "vitest";
import { cleanUrl } from "../src/loader/page.ts";
import { chooseLocale } from "../src/loader/texts.ts";
import { markTitle } from "../src/loader/title.ts";

describe("cleanUrl", () => {
  it("keeps what tells the page", () => {
    const url = "https://shop.example/goods?id=moon-lamp&keyword=lamp&sort=new";
    expect(cleanUrl(url)).toBe(url);
  });

  it("drops fragment and credentials", () => {
    expect(cleanUrl("https://me:secret@shop.example/#access_token=1")).toBe("https://shop.example/");
  });

  it.each(["token", "reset_token", "accessToken", "email", "user-email", "code", "X-Signature"])(
    "hides %s",
    (name) => {
      expect(cleanUrl(`https://shop.example/?${name}=abc&page=2`)).toBe(
        `https://shop.example/?${name}=hidden&page=2`,
      );
    },
  );

  it("makes nothing of what is no address", () => {
    expect(cleanUrl("")).toBe("");
  });
});

describe("chooseLocale", () => {
  it("takes the first wish it speaks", () => {
    expect(chooseLocale([undefined, null, "fr-FR", "ko-KR", "en"])).toBe("ko");
    expect(chooseLocale(["en_GB", "ko"])).toBe("en");
    expect(chooseLocale(["ja"])).toBe("en");
  });
});

describe("markTitle", () => {
  it("counts before the title and takes the count away again", () => {
    const marked = markTitle("달빛상점", 3);
    expect(marked).toContain("(3) 달빛상점");
    expect(markTitle(marked, 4)).toContain("(4) 달빛상점");
    expect(markTitle(marked, 0)).toBe("달빛상점");
  });

  it("leaves a title alone that the shop begins with a number", () => {
    expect(markTitle("(3) things to love", 0)).toBe("(3) things to love");
  });
});
