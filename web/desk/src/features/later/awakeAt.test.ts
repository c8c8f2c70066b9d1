import { expect, test } from "vitest";
import { awakeAt } from "./awakeAt.ts";

test("at night it is the next morning there", () => {
  expect(awakeAt(new Date("2026-11-21T14:00:00Z"), "Asia/Seoul")).toBe("2026-11-22T00:00:00.000Z");
  expect(awakeAt(new Date("2026-11-21T18:00:00Z"), "Asia/Seoul")).toBe("2026-11-22T00:00:00.000Z");
});

test("by day there is nothing to wait for", () => {
  expect(awakeAt(new Date("2026-11-21T03:00:00Z"), "Asia/Seoul")).toBeNull();
});
