import { describe, expect, it } from "vitest";
import { decide } from "../src/loader/avoid.ts";

const screen = 800;
/** The launcher's place in the corner of a phone. */
const rest = { top: 724, bottom: 780, left: 314, right: 370 };

describe("decide", () => {
  it("rests where nothing is in the way", () => {
    const button = { top: 300, bottom: 350, left: 0, right: 390 };
    expect(decide(rest, [{ box: button, pinned: false }], screen)).toEqual({ lift: 0, away: false });
  });

  it("rests above a bar that stays at the bottom", () => {
    const bar = { top: 728, bottom: 800, left: 0, right: 390 };
    expect(decide(rest, [{ box: bar, pinned: true }], screen)).toEqual({ lift: 64, away: false });
  });

  it("rests above the higher of two bars", () => {
    const bar = { top: 740, bottom: 800, left: 0, right: 390 };
    const note = { top: 700, bottom: 760, left: 0, right: 390 };
    const stance = decide(
      rest,
      [
        { box: bar, pinned: true },
        { box: note, pinned: true },
      ],
      screen,
    );
    expect(stance.lift).toBe(92);
  });

  it("goes away while a buy button scrolls under it", () => {
    const button = { top: 750, bottom: 800, left: 16, right: 374 };
    expect(decide(rest, [{ box: button, pinned: false }], screen)).toEqual({ lift: 0, away: true });
  });

  it("goes away from what is too high to stand on", () => {
    const sheet = { top: 200, bottom: 800, left: 0, right: 390 };
    expect(decide(rest, [{ box: sheet, pinned: true }], screen)).toEqual({ lift: 0, away: true });
  });
});
