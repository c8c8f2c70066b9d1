import type { Row } from "@damso/api";
import { beforeEach, expect, test } from "vitest";
import {
  chosenCases,
  clearSelection,
  isSelecting,
  selectAll,
  selection,
  stretchTo,
  toggleRow,
} from "./selection.ts";

const rows = ["a", "b", "c", "d"].map((id) => ({ id, last_message_at: `at-${id}` }) as Row);
const [a, b, c, d] = rows as [Row, Row, Row, Row];
const chosen = () => Object.keys(selection.get().rows).sort().join("");

beforeEach(clearSelection);

test("a row is chosen and left out again", () => {
  toggleRow("mine", b);
  expect(chosen()).toBe("b");
  toggleRow("mine", b);
  expect(isSelecting(selection.get())).toBe(false);
});

test("a stretch goes from the last row chosen, in either direction", () => {
  toggleRow("mine", c);
  stretchTo("mine", rows, a);
  expect(chosen()).toBe("abc");
  stretchTo("mine", rows, d);
  expect(chosen()).toBe("abcd");
});

test("another list begins anew", () => {
  selectAll("mine", rows);
  toggleRow("open", d);
  expect(chosen()).toBe("d");
});

test("the server is told what was on screen", () => {
  expect(chosenCases({ a })).toEqual([{ id: "a", seen_at: "at-a" }]);
});
