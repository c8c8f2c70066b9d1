// What a shop's Node server does with Segment's and RudderStack's kits: the six calls, then everything sent.
import { createRequire } from "node:module";

const [kit, host, key] = process.argv.slice(2);
const load = createRequire(new URL("../../web/package.json", import.meta.url));

async function segment() {
  const { Analytics } = load("@segment/analytics-node");
  const analytics = new Analytics({ writeKey: key, host, flushAt: 10 });
  const failed = [];
  analytics.on("error", (error) => failed.push(String(error.reason ?? error)));
  const who = { userId: "member-7" };
  analytics.identify({ ...who, anonymousId: "browser-1", traits: { email: "mina@damso.example", grade: "gold" } });
  analytics.track({ ...who, event: "Order Completed", properties: { total: 39000 } });
  analytics.page({ ...who, name: "Home" });
  analytics.screen({ ...who, name: "Cart" });
  analytics.group({ ...who, groupId: "acme", traits: { plan: "big" } });
  analytics.alias({ ...who, previousId: "member-1" });
  await analytics.closeAndFlush();
  return failed;
}

async function rudder() {
  const loaded = load("@rudderstack/rudder-sdk-node");
  const Rudder = loaded.default ?? loaded;
  const analytics = new Rudder(key, { dataPlaneUrl: host, flushAt: 10, gzip: true });
  const failed = [];
  const note = (error) => error && failed.push(String(error));
  const who = { userId: "member-7" };
  analytics.identify({ ...who, traits: { email: "mina@damso.example", grade: "gold" } }, note);
  analytics.track({ ...who, event: "Order Completed", properties: { total: 39000 } }, note);
  analytics.page({ ...who, name: "Home" }, note);
  analytics.screen({ ...who, name: "Cart" }, note);
  analytics.group({ ...who, groupId: "acme", traits: { plan: "big" } }, note);
  analytics.alias({ ...who, previousId: "member-1" }, note);
  await analytics.flush();
  return failed;
}

const failed = await { segment, rudder }[kit]();
process.stdout.write(JSON.stringify(failed));
process.exit(0);
