import type { Source } from "@damso/api";

export type Kit = "segmentBrowser" | "rudderBrowser" | "node" | "python" | "curl";

export const KITS: Record<Source["kind"], [Kit, ...Kit[]]> = {
  browser: ["segmentBrowser", "rudderBrowser"],
  server: ["node", "python", "curl"],
};

/** A few lines that send a first event. */
export function snippetOf(kit: Kit, base: string, key: string): string {
  switch (kit) {
    case "segmentBrowser":
      return `// npm install @segment/analytics-next
import { AnalyticsBrowser } from "@segment/analytics-next";

export const analytics = AnalyticsBrowser.load({
  writeKey: "${key}",
  cdnURL: "${base}",
});
analytics.page();
analytics.track("Product Viewed", { product_id: "P-1", price: 39000 });`;
    case "rudderBrowser":
      return `// npm install @rudderstack/analytics-js
import { RudderAnalytics } from "@rudderstack/analytics-js";

export const analytics = new RudderAnalytics();
analytics.load("${key}", "${base}", { configUrl: "${base}" });
analytics.page();
analytics.track("Product Viewed", { product_id: "P-1", price: 39000 });`;
    case "node":
      return `// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${key}", host: "${base}" });
analytics.identify({ userId: "member-7", traits: { email: "mina@shop.example" } });
analytics.track({ userId: "member-7", event: "Order Completed", properties: { total: 39000 } });`;
    case "python":
      return `# pip install segment-analytics-python
import segment.analytics as analytics

analytics.write_key = "${key}"
analytics.host = "${base}"
analytics.identify("member-7", {"email": "mina@shop.example"})
analytics.track("member-7", "Order Completed", {"total": 39000})`;
    case "curl":
      return `curl ${base}/v1/track -u '${key}:' -H 'content-type: application/json' \\
  -d '{"userId": "member-7", "event": "Order Completed", "properties": {"total": 39000}}'`;
  }
}
