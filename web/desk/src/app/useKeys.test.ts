import { describe, expect, it } from "vitest";
import { comboOf } from "./useKeys.ts";

const press = (given: Partial<KeyboardEvent>) =>
  comboOf({ key: "", code: "", metaKey: false, ctrlKey: false, shiftKey: false, altKey: false, ...given });

describe("the name of a key press", () => {
  it("goes by the place of a letter, so Hangul does not matter", () => {
    expect(press({ key: "ㄷ", code: "KeyE" })).toBe("e");
  });

  it("names modifiers in one order", () => {
    expect(press({ key: "Enter", code: "Enter", ctrlKey: true, shiftKey: true })).toBe("mod+shift+enter");
    expect(press({ key: "K", code: "KeyK", metaKey: true })).toBe("mod+k");
  });

  it("takes signs as they are", () => {
    expect(press({ key: "?", code: "Slash", shiftKey: true })).toBe("?");
  });

  it("is silent for a bare modifier", () => {
    expect(press({ key: "Shift", code: "ShiftLeft", shiftKey: true })).toBeNull();
  });
});
