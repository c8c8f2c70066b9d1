import { describe, expect, it } from "vitest";
import { koreanPhone, looksLikeEmail, looksLikePhone } from "../src/app/contact.ts";
import { countdown } from "../src/app/dates.ts";
import { isOnlyEmoji, pieces } from "../src/app/linkify.ts";
import { fileProblem, isPicture, readableSize } from "../src/app/media.ts";
import { textsEn } from "../src/texts.en.ts";
import { textsKo } from "../src/texts.ko.ts";

describe("pieces", () => {
  it("links web addresses and leaves the sentence around them", () => {
    expect(pieces("여기(https://shop.example/a?b=1)를 보세요.")).toEqual([
      { text: "여기(", href: null },
      { text: "https://shop.example/a?b=1", href: "https://shop.example/a?b=1" },
      { text: ")를 보세요.", href: null },
    ]);
  });

  it.each(["javascript:alert(1)", "data:text/html,<b>", "<a href=x>", "http://"])(
    "never links %s",
    (text) => {
      expect(pieces(text).every(({ href }) => href === null)).toBe(true);
    },
  );
});

describe("isOnlyEmoji", () => {
  it("knows a few emoji from words", () => {
    expect(isOnlyEmoji("🙏 ❤️")).toBe(true);
    expect(isOnlyEmoji("고마워요 🙏")).toBe(false);
    expect(isOnlyEmoji("🙏🙏🙏🙏")).toBe(false);
    expect(isOnlyEmoji("12")).toBe(false);
  });
});

describe("files", () => {
  const policy = { types: ["image/*", "application/pdf"], max_bytes: 1_000_000, max_files: 3 };

  it("tells what cannot be sent before it is sent", () => {
    expect(fileProblem({ type: "image/heic", size: 10 }, policy)).toBeNull();
    expect(fileProblem({ type: "application/x-msdownload", size: 10 }, policy)).toBe("type");
    expect(fileProblem({ type: "application/pdf", size: 2_000_000 }, policy)).toBe("size");
    expect(fileProblem({ type: "application/pdf", size: 0 }, policy)).toBe("empty");
  });

  it("leaves files without a known type to the server", () => {
    expect(fileProblem({ type: "", size: 10 }, policy)).toBeNull();
  });

  it("draws raster pictures only", () => {
    expect(isPicture({ content_type: "image/PNG" })).toBe(true);
    expect(isPicture({ content_type: "image/svg+xml" })).toBe(false);
    expect(isPicture({ content_type: "text/html" })).toBe(false);
  });

  it("names sizes as people do", () => {
    expect([999, 1_400_000, 25_000_000].map(readableSize)).toEqual(["999 B", "1.4 MB", "25 MB"]);
  });
});

describe("contact", () => {
  it("catches slips of the finger", () => {
    expect(looksLikeEmail("minji@example.com")).toBe(true);
    expect(looksLikeEmail("minji@example")).toBe(false);
    expect(looksLikePhone("+82 10-1234-5678")).toBe(true);
    expect(looksLikePhone("1234")).toBe(false);
  });

  it("hyphenates Korean mobile numbers and no others", () => {
    expect(koreanPhone("01012345678")).toBe("010-1234-5678");
    expect(koreanPhone("0101")).toBe("010-1");
    expect(koreanPhone("+821012345678")).toBe("+821012345678");
    expect(koreanPhone("02-123-4567")).toBe("02-123-4567");
  });
});

describe("words", () => {
  const flat = (words: object): string[] =>
    Object.values(words).flatMap((word) => {
      if (typeof word === "function") return [String(word(1, "1"))];
      return typeof word === "object" ? flat(word as object) : [String(word)];
    });

  it("are English in English and Korean in Korean", () => {
    expect(flat(textsEn).filter((word) => /[가-힣]/.test(word))).toEqual([]);
    expect(flat(textsKo).filter((word) => !/[가-힣]/.test(word))).toEqual(["1: 1"]);
  });

  it("are never empty and never shout", () => {
    expect([...flat(textsEn), ...flat(textsKo)].filter((word) => word === "" || word.includes("!"))).toEqual(
      [],
    );
  });

  it("count down in minutes and seconds", () => {
    expect(countdown(299)).toBe("4:59");
  });
});
