import type { GraphEdge, GraphNode } from "@damso/api";

export const ROW = 34;
/** How far the widest arc reaches. */
export const REACH = 132;

export interface Line {
  node: GraphNode;
  y: number;
  /** Whether it hangs on the record above it. */
  inner: boolean;
}

export interface Arc {
  edge: GraphEdge;
  path: string;
}

export interface Layout {
  lines: Line[];
  arcs: Arc[];
  /** From each record down to the last identity that came with it. */
  stems: { key: number; from: number; to: number }[];
  height: number;
}

/** Identities under each other, grouped by the customer they came with, and an arc for whatever joined them since. Two
 * are as readable as forty: only the height grows. */
export function layoutOf(nodes: GraphNode[], edges: GraphEdge[]): Layout {
  const home = new Map(edges.filter((edge) => edge.held === "home").map((edge) => [edge.other, edge.one]));
  // A customer who came with one address is told by that address.
  const only = new Map(
    nodes
      .filter((node) => node.record)
      .map((record) => [record.id, nodes.filter((node) => home.get(node.id) === record.id)] as const)
      .filter(([, members]) => members.length === 1)
      .map(([id, members]) => [id, members[0]?.id ?? id]),
  );
  const end = (id: number) => only.get(id) ?? id;
  const degree = (id: number) =>
    edges.filter((edge) => edge.held !== "home" && (end(edge.one) === id || end(edge.other) === id)).length;
  const records = nodes.filter((node) => node.record && !only.has(node.id));
  const groups = records.map((record) => ({
    record,
    members: nodes.filter((node) => home.get(node.id) === record.id),
  }));
  const shown = new Set(records.map((record) => record.id));
  const loose = nodes
    .filter((node) => !node.record && !shown.has(home.get(node.id) ?? 0))
    .sort((one, other) => degree(other.id) - degree(one.id) || one.id - other.id);
  const ordered = [
    ...groups.flatMap(({ record, members }) => [
      { node: record, inner: false },
      ...members.map((node) => ({ node, inner: true })),
    ]),
    ...loose.map((node) => ({ node, inner: false })),
  ];
  const lines = ordered.map((line, place) => ({ ...line, y: place * ROW + ROW / 2 }));
  const at = new Map(lines.map((line) => [line.node.id, line.y]));
  const joining = edges
    .filter((edge) => edge.held !== "home")
    .map((edge) => ({ ...edge, one: end(edge.one), other: end(edge.other) }))
    .filter((edge) => at.has(edge.one) && at.has(edge.other));
  const most = Math.max(ROW, ...joining.map((edge) => Math.abs(yOf(at, edge.one) - yOf(at, edge.other))));
  return {
    lines,
    arcs: joining.map((edge) => ({ edge, path: pathOf(yOf(at, edge.one), yOf(at, edge.other), most) })),
    stems: groups
      .filter(({ members }) => members.length > 0)
      .map(({ record, members }) => ({
        key: record.id,
        from: yOf(at, record.id),
        to: Math.max(...members.map((member) => yOf(at, member.id))),
      })),
    height: lines.length * ROW,
  };
}

const yOf = (at: Map<number, number>, id: number) => at.get(id) ?? 0;

/** The wider two lie apart, the further their arc reaches. */
function pathOf(one: number, other: number, most: number): string {
  const reach = REACH - (24 + (REACH - 32) * Math.sqrt(Math.abs(one - other) / most));
  return `M ${REACH} ${one} C ${reach} ${one}, ${reach} ${other}, ${REACH} ${other}`;
}
