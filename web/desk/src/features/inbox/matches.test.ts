import type { Row } from "@damso/api";
import { describe, expect, it } from "vitest";
import { matches } from "./matches.ts";

const row = {
  status: "open",
  priority: "normal",
  assignee: { id: "me", name: "한소리" },
  team: null,
  tags: [{ id: "t1", name: "배송", colour: "#888" }],
} as unknown as Row;

describe("whether a row belongs in a view", () => {
  it("compares state and assignee", () => {
    expect(matches(row, { status: ["open"], assignee: "me" }, "me")).toBe(true);
    expect(matches(row, { status: ["resolved"] }, "me")).toBe(false);
    expect(matches(row, { assignee: "none" }, "me")).toBe(false);
    expect(matches(row, { assignee: "me" }, "other")).toBe(false);
  });

  it("wants one of the tags", () => {
    expect(matches(row, { tag_ids: ["t1", "t2"] }, "me")).toBe(true);
    expect(matches(row, { tag_ids: ["t2"] }, "me")).toBe(false);
  });

  it("does not guess what a row does not tell", () => {
    expect(matches(row, { mentioned: true }, "me")).toBeNull();
    expect(matches(row, { inbox_ids: [] }, "me")).toBe(true);
  });
});
