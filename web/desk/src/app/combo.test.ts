import { describe, expect, it } from "vitest";
import { comboOf } from "./combo.ts";

const press = (given: Partial<KeyboardEvent>) =>
  comboOf({ key: "", code: "", metaKey: false, ctrlKey: false, shiftKey: false, altKey: false, ...given });

describe("the name of a key press", () => {
  it("goes by the place of a letter where Hangul is typed", () => {
    expect(press({ key: "ㄷ", code: "KeyE" })).toBe("e");
    expect(press({ key: "Process", code: "KeyE" })).toBe("e");
    expect(press({ key: "ㅃ", code: "KeyQ", shiftKey: true })).toBe("shift+q");
  });

  it("goes by what is printed on the key where Latin letters are typed", () => {
    expect(press({ key: "q", code: "KeyA" })).toBe("q");
  });

  it("finds signs under an input method", () => {
    expect(press({ key: "Process", code: "Slash", shiftKey: true })).toBe("?");
    expect(press({ key: "₩", code: "Backquote" })).toBe("`");
  });

  it("names modifiers in one order", () => {
    expect(press({ key: "Enter", code: "Enter", ctrlKey: true, shiftKey: true })).toBe("mod+shift+enter");
    expect(press({ key: "ç", code: "KeyC", metaKey: true, altKey: true })).toBe("mod+alt+c");
  });

  it("takes signs as they are, but for those that mean something in a name", () => {
    expect(press({ key: "?", code: "Slash", shiftKey: true })).toBe("?");
    expect(press({ key: "+", code: "Equal", shiftKey: true })).toBe("plus");
    expect(press({ key: " ", code: "Space" })).toBe("space");
  });

  it("is silent for a bare modifier", () => {
    expect(press({ key: "Shift", code: "ShiftLeft", shiftKey: true })).toBeNull();
  });
});
