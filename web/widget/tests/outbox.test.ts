import { describe, expect, it } from "vitest";
import { type NewMessage, Refused, Unreachable } from "../src/app/api.ts";
import { newClientId, Outbox, type Outgoing } from "../src/app/outbox.ts";
import type { Entry } from "../src/contract.ts";
import { anEntry } from "./entries.ts";
import { ManualClock, settled } from "./manual-clock.ts";

const page = { url: "https://shop.example/", title: "달빛상점", referrer: "" };

/** A server that stores by client id, and answers or breaks as told. */
class Server {
  readonly stored = new Map<string, Entry>();
  readonly asked: string[] = [];
  trouble: (Error | "answer lost")[] = [];

  post = async (message: NewMessage): Promise<Entry> => {
    this.asked.push(message.text);
    const trouble = this.trouble.shift();
    if (trouble instanceof Error) throw trouble;
    const known =
      this.stored.get(message.client_id) ??
      anEntry({ from: "me", client_id: message.client_id, text: message.text });
    this.stored.set(message.client_id, known);
    if (trouble === "answer lost") throw new Unreachable();
    return known;
  };

  get texts(): string[] {
    return [...this.stored.values()].map(({ text }) => text);
  }
}

function setUp(kept = new Map<string, string>()) {
  const clock = new ManualClock();
  const server = new Server();
  const confirmed: string[] = [];
  const outbox = new Outbox({
    clock,
    post: server.post,
    keep: (id, value) => void (value === null ? kept.delete(id) : kept.set(id, value)),
    stored: (entry) => confirmed.push(entry.text),
    changed: () => undefined,
  });
  const write = (text: string) => outbox.add({ client_id: newClientId(), text, attachments: [], page });
  return { clock, server, outbox, kept, confirmed, write };
}

describe("Outbox", () => {
  it("sends in the order written, one at a time", async () => {
    const { outbox, server, write } = setUp();
    outbox.open();
    write("하나");
    write("둘");
    write("셋");
    await settled();
    expect(server.texts).toEqual(["하나", "둘", "셋"]);
    expect(outbox.messages).toEqual([]);
  });

  it("keeps a message from the moment it is written until the server has it", async () => {
    const { outbox, kept, write } = setUp();
    write("아직 연결 전");
    expect(kept.size).toBe(1);
    outbox.open();
    await settled();
    expect(kept.size).toBe(0);
  });

  it("offers a message again when the answer was lost, and it is stored once", async () => {
    const { clock, outbox, server, confirmed, write } = setUp();
    server.trouble = ["answer lost", new Unreachable()];
    outbox.open();
    write("한 번만");
    await clock.turn(60_000);
    expect(server.asked).toHaveLength(3);
    expect(server.texts).toEqual(["한 번만"]);
    expect(confirmed).toEqual(["한 번만"]);
  });

  it("keeps the order while the first message waits", async () => {
    const { clock, outbox, server, write } = setUp();
    server.trouble = [new Unreachable(), new Refused(503, {}, null)];
    outbox.open();
    write("먼저");
    write("나중");
    await clock.turn(60_000);
    expect(server.texts).toEqual(["먼저", "나중"]);
  });

  it("waits as long as the server asks", async () => {
    const { clock, outbox, server, write } = setUp();
    server.trouble = [new Refused(429, {}, 20)];
    outbox.open();
    write("잠시만요");
    await clock.turn(19_000);
    expect(server.texts).toEqual([]);
    await clock.turn(2_000);
    expect(server.texts).toEqual(["잠시만요"]);
  });

  it("fails a refused message with its reason and goes on with the next", async () => {
    const { outbox, server, write } = setUp();
    server.trouble = [new Refused(422, { code: "TEXT_TOO_LONG", detail: "너무 길어요." }, null)];
    outbox.open();
    write("아주 긴 글");
    write("짧은 글");
    await settled();
    expect(server.texts).toEqual(["짧은 글"]);
    expect(outbox.messages).toMatchObject([{ text: "아주 긴 글", state: "failed", problem: "너무 길어요." }]);
  });

  it("sends a failed message again when asked to", async () => {
    const { outbox, server, write } = setUp();
    server.trouble = [new Refused(403, { detail: "" }, null)];
    outbox.open();
    write("다시");
    await settled();
    outbox.retry(outbox.messages[0]!.client_id);
    await settled();
    expect(server.texts).toEqual(["다시"]);
  });

  it("takes up what a closed page left", async () => {
    const { kept, write } = setUp();
    write("닫기 직전");
    const { outbox, server } = setUp(kept);
    outbox.restore([...kept.values()]);
    outbox.open();
    await settled();
    expect(server.texts).toEqual(["닫기 직전"]);
    expect(kept.size).toBe(0);
  });

  it("does not send unasked what is older than a day", async () => {
    const { kept, write } = setUp();
    write("어제 일");
    const { clock, outbox, server } = setUp(kept);
    await clock.turn(25 * 60 * 60_000);
    outbox.restore([...kept.values()]);
    outbox.open();
    await settled();
    expect(server.texts).toEqual([]);
    expect(outbox.messages).toMatchObject([{ state: "failed", problem: "stale" }]);
  });

  it("overlooks what it cannot read", () => {
    const { outbox } = setUp();
    outbox.restore(["{", '{"text":1}', "null"]);
    expect(outbox.messages).toEqual([]);
  });

  it("forgets a message that the log shows as stored", async () => {
    const { outbox, kept, write } = setUp();
    write("다른 탭이 보냄");
    const { client_id } = outbox.messages[0] as Outgoing;
    outbox.confirm([null, client_id]);
    expect(outbox.messages).toEqual([]);
    expect(kept.size).toBe(0);
  });

  it("makes client ids that are version 4 UUIDs", () => {
    expect(newClientId()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});
