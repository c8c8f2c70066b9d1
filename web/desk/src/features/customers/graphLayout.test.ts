import type { GraphEdge, GraphNode } from "@damso/api";
import { expect, test } from "vitest";
import { layoutOf, ROW } from "./graphLayout.ts";

const node = (id: number, record = false): GraphNode => ({
  id,
  kind: record ? "internal" : "email",
  value: "",
  name: "",
  proof: "none",
  source: "",
  record,
  first_seen_at: "2026-11-02T09:00:00Z",
});

const edge = (one: number, other: number, held: GraphEdge["held"]): GraphEdge => ({
  one,
  other,
  held,
  link_id: null,
  at: "2026-11-02T09:00:00Z",
  by: "",
  reason: "",
  probability: null,
});

test("identities stand under the customer they came with, and arcs join what was joined since", () => {
  const nodes = [node(1, true), node(2), node(5), node(3, true), node(4)];
  const layout = layoutOf(nodes, [
    edge(1, 2, "home"),
    edge(1, 5, "home"),
    edge(3, 4, "home"),
    edge(1, 3, "merged"),
  ]);

  expect(layout.lines.map((line) => [line.node.id, line.inner])).toEqual([
    [1, false],
    [2, true],
    [5, true],
    [4, false],
  ]);
  expect(layout.arcs.map((arc) => [arc.edge.one, arc.edge.other])).toEqual([[1, 4]]);
  expect(layout.stems.map((stem) => stem.key)).toEqual([1]);
});

test("forty identities are forty lines, none over another", () => {
  const nodes = [node(1, true), ...Array.from({ length: 40 }, (_, place) => node(place + 2))];
  const { lines, height } = layoutOf(
    nodes,
    nodes.slice(1).map((one) => edge(1, one.id, "home")),
  );

  expect(new Set(lines.map((line) => line.y)).size).toBe(41);
  expect(height).toBe(41 * ROW);
});

test("what joins somebody who is not told is not drawn", () => {
  expect(layoutOf([node(1, true)], [edge(1, 99, "merged")]).arcs).toEqual([]);
});
