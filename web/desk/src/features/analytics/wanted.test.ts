import { expect, test } from "vitest";
import { wantedDays } from "./wanted.ts";

test("a period ends today and has so many days", () => {
  const today = new Date(2026, 2, 3, 23, 59);
  expect(wantedDays("7", today)).toEqual({ first: "2026-02-25", last: "2026-03-03" });
});

test("what is no period is the usual one", () => {
  const today = new Date(2026, 0, 28);
  expect(wantedDays("all", today)).toEqual({ first: "2026-01-01", last: "2026-01-28" });
});
