import { expect, test } from "vitest";
import { pairsOf, writtenPairs } from "./pairs.ts";

test("lines are cut at the first sign, and what is no pair is left out", () => {
  expect(pairsOf("a = $.x\n\nno pair\n b=$['c=d'] ", "=")).toEqual({ a: "$.x", b: "$['c=d']" });
  expect(pairsOf("Authorization: Bearer a:b", ":")).toEqual({ Authorization: "Bearer a:b" });
});

test("what was read is written as it was", () => {
  expect(pairsOf(writtenPairs({ a: "$.x", b: "$.y" }), "=")).toEqual({ a: "$.x", b: "$.y" });
});
