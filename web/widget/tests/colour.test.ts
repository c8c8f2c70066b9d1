import { describe, expect, it } from "vitest";
import { brandColours, contrastOf } from "../src/colour.ts";

const brands = [
  "#2f5d50",
  "#ffd400",
  "#ff6b00",
  "#00c73c",
  "#ffffff",
  "#000000",
  "#777777",
  "#3b82f6",
  "#fee500",
  "#e11d48",
];

describe("brandColours", () => {
  it.each(brands)("can be read on %s, and %s on light and dark", (brand) => {
    for (const surface of ["#ffffff", "#1b1d21"]) {
      const colours = brandColours(brand, surface);
      expect(contrastOf(colours.onBrand, colours.brand)).toBeGreaterThanOrEqual(4.5);
      expect(contrastOf(colours.accent, surface)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("leaves a colour alone that reads well already", () => {
    expect(brandColours("#2f5d50", "#ffffff").accent).toBe("#2f5d50");
  });

  it("reads short notation and falls back for what is no colour", () => {
    expect(brandColours("#fff", "#fff").brand).toBe("#ffffff");
    expect(brandColours("url(x)", "#ffffff").brand).toMatch(/^#[\da-f]{6}$/);
  });
});
