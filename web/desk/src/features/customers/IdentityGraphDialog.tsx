import { api, type GraphEdge, type GraphNode, type IdentityGraph, keys } from "@damso/api";
import { type Texts, useText } from "@damso/i18n";
import { Notice, Skeleton, Time } from "@damso/ui";
import { Modal, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../../app/messageOf.ts";
import { percentText } from "./EvidenceBars.tsx";
import classes from "./graph.module.css";
import { layoutOf, REACH } from "./graphLayout.ts";
import { identityValue, kindText } from "./identityText.ts";

const HELD = ["proven", "asserted", "matched", "merged"] as const;

/** What a customer's identities are and what holds them together: drawn, or as a table. */
export function IdentityGraphDialog({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const { t } = useText();
  const [shown, setShown] = useState("drawn");
  const query = useQuery({
    queryKey: keys.identityGraph(customerId),
    queryFn: () => api.customers.graph(customerId),
  });
  return (
    <Modal opened onClose={onClose} size="xl" title={t("graph.title")}>
      <SegmentedControl
        mb={16}
        aria-label={t("graph.title")}
        value={shown}
        onChange={setShown}
        data={[
          { value: "drawn", label: t("graph.drawn") },
          { value: "table", label: t("graph.table") },
        ]}
      />
      {query.isPending && <Skeleton label={t("state.loading")} rows={5} />}
      {query.isError && <Notice tone="danger">{messageOf(query.error, t)}</Notice>}
      {query.data && query.data.total > query.data.nodes.length && (
        <Notice tone="info">{t("graph.cut", { count: query.data.nodes.length })}</Notice>
      )}
      {query.data && (shown === "drawn" ? <Drawing graph={query.data} /> : <LinkTable graph={query.data} />)}
    </Modal>
  );
}

function Drawing({ graph }: { graph: IdentityGraph }) {
  const texts = useText();
  const { t } = texts;
  const [active, setActive] = useState<number>();
  const { lines, arcs, stems, height } = layoutOf(graph.nodes, graph.edges);
  const touches = (edge: GraphEdge) => active === undefined || edge.one === active || edge.other === active;
  return (
    <>
      <ul className={classes.legend}>
        {HELD.filter((held) => graph.edges.some((edge) => edge.held === held)).map((held) => (
          <li key={held}>
            <svg width="28" height="8" aria-hidden="true">
              <line x1="0" y1="4" x2="28" y2="4" className={classes.arc} data-held={held} />
            </svg>
            {t(`graph.held.${held}`)}
          </li>
        ))}
      </ul>
      <div className={classes.drawing} style={{ gridTemplateColumns: `${REACH + 12}px minmax(0, 1fr)` }}>
        <svg width={REACH + 12} height={height} aria-hidden="true">
          {stems.map((stem) => (
            <line
              key={stem.key}
              x1={REACH + 4}
              x2={REACH + 4}
              y1={stem.from}
              y2={stem.to}
              className={classes.stem}
            />
          ))}
          {arcs.map(({ edge, path }) => (
            <path
              key={edge.link_id}
              d={path}
              className={classes.arc}
              data-held={edge.held}
              data-dim={!touches(edge)}
            />
          ))}
          {lines.map(({ node, y }) => (
            <circle
              key={node.id}
              cx={REACH + 4}
              cy={y}
              r={node.record ? 6 : 4}
              className={classes.dot}
              data-record={node.record}
            />
          ))}
        </svg>
        <ul>
          {lines.map(({ node, inner }) => (
            <li
              key={node.id}
              className={classes.line}
              data-inner={inner}
              onPointerEnter={() => setActive(node.id)}
              onPointerLeave={() => setActive(undefined)}
            >
              <button
                type="button"
                className={classes.name}
                onFocus={() => setActive(node.id)}
                onBlur={() => setActive(undefined)}
                aria-label={spoken(node, graph, texts)}
              >
                <span className="cut">{label(node, texts)}</span>
                {!node.record && <span className="small muted cut">{kindText(node.kind, t)}</span>}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

/** An identity with all that joins it, for whoever hears it. */
function spoken(node: GraphNode, graph: IdentityGraph, texts: Texts): string {
  const others = graph.edges
    .filter((edge) => edge.held !== "home" && (edge.one === node.id || edge.other === node.id))
    .map((edge) => {
      const other = graph.nodes.find((one) => one.id === (edge.one === node.id ? edge.other : edge.one));
      return other ? `${label(other, texts)}, ${texts.t(`graph.held.${edge.held}`)}` : "";
    });
  return [label(node, texts), ...others].filter(Boolean).join(" · ");
}

function label(node: GraphNode, { t, format }: Texts): string {
  if (node.record) return node.name ? t("graph.record", { name: node.name }) : t("graph.unnamed");
  return identityValue(node, format, t);
}

function LinkTable({ graph }: { graph: IdentityGraph }) {
  const texts = useText();
  const { t, format } = texts;
  const named = new Map(graph.nodes.map((node) => [node.id, label(node, texts)]));
  return (
    <div className={classes.scroll}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("graph.one")}</th>
            <th scope="col">{t("graph.other")}</th>
            <th scope="col">{t("graph.how")}</th>
            <th scope="col">{t("graph.since")}</th>
            <th scope="col">{t("graph.by")}</th>
          </tr>
        </thead>
        <tbody>
          {graph.edges.map((edge) => (
            <tr key={`${edge.link_id}-${edge.one}-${edge.other}`}>
              <td>{named.get(edge.one)}</td>
              <td>{named.get(edge.other)}</td>
              <td>
                {t(`graph.held.${edge.held}`)}
                {edge.probability !== null && ` ${percentText(edge.probability, format.number)}`}
              </td>
              <td>
                <Time at={edge.at} />
              </td>
              <td>{edge.by || edge.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
