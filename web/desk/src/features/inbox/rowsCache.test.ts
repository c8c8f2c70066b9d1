import { keys, type Row, type View } from "@damso/api";
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { dropRow, rowsOf, settle, takeRow, waiting } from "./rowsCache.ts";

const VIEW = { id: "open", filter: { status: ["open"] } } as View;

function makeRow(id: string, at: string, given: Partial<Row> = {}): Row {
  return {
    id,
    last_message_at: at,
    status: "open",
    priority: "normal",
    tags: [],
    unread: false,
    draft: false,
    ...given,
  } as Row;
}

let client: QueryClient;
const ids = () => rowsOf(client.getQueryData(keys.rowsOf("open"))).map((row) => row.id);
const find = (id: string) => rowsOf(client.getQueryData(keys.rowsOf("open"))).find((row) => row.id === id);
const take = (row: Row) => takeRow(client, row, [VIEW], "me");

beforeEach(() => {
  client = new QueryClient();
  waiting.set({});
  client.setQueryData(keys.rowsOf("open"), {
    pages: [{ items: [makeRow("a", "3"), makeRow("b", "2", { draft: true })], next: null }],
    pageParams: [undefined],
  });
});

describe("a list while the world moves", () => {
  it("holds what is new until it may move, then puts the newest on top", () => {
    take(makeRow("c", "4"));
    take(makeRow("d", "5"));
    expect(ids()).toEqual(["a", "b"]);
    settle(client, "open");
    expect(ids()).toEqual(["d", "c", "a", "b"]);
  });

  it("changes a row where it stands and moves it later", () => {
    take(makeRow("b", "9", { preview: "new words" }));
    expect(ids()).toEqual(["a", "b"]);
    expect(find("b")?.preview).toBe("new words");
    settle(client, "open");
    expect(ids()).toEqual(["b", "a"]);
  });

  it("takes a frame that comes twice once", () => {
    take(makeRow("c", "4"));
    take(makeRow("c", "4"));
    settle(client, "open");
    expect(ids()).toEqual(["c", "a", "b"]);
  });

  it("keeps what left in sight until the list may move", () => {
    take(makeRow("a", "3", { status: "resolved" }));
    expect(ids()).toEqual(["a", "b"]);
    settle(client, "open");
    expect(ids()).toEqual(["b"]);
  });

  it("takes away at once what this agent moved away", () => {
    dropRow(client, "open", "a");
    expect(ids()).toEqual(["b"]);
  });

  it("keeps what differs by agent from what this agent was told", () => {
    take(makeRow("b", "2", { unread: true, draft: false }));
    expect(find("b")).toMatchObject({ draft: true, unread: false });
    take(makeRow("b", "8", { unread: true }));
    expect(find("b")).toMatchObject({ draft: true, unread: true });
  });
});
