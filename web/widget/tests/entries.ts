import type { Entry } from "../src/contract.ts";

let count = 0;

export function anEntry(given: Partial<Entry> = {}): Entry {
  count += 1;
  return {
    id: `m${String(count).padStart(4, "0")}`,
    client_id: null,
    at: new Date(Date.parse("2026-11-21T03:00:00Z") + count * 1000).toISOString(),
    from: "agent",
    author: { name: "김담소", initials: "담소" },
    text: "네, 확인해 볼게요",
    attachments: [],
    channel: "chat",
    status: null,
    deleted: false,
    edited: false,
    ...given,
  };
}
