import { describe, expect, it } from "vitest";
import { type NewMessage, Refused, type SessionRequest } from "../src/app/api.ts";
import { Chat, type ChatPorts } from "../src/app/chat.ts";
import type { Socket } from "../src/app/live.ts";
import type { Init, ToHost } from "../src/bridge.ts";
import type { Entry, EntryPage, Opened, ServerFrame, Session } from "../src/contract.ts";
import { anEntry } from "./entries.ts";
import { ManualClock, settled } from "./manual-clock.ts";

const page = { url: "https://shop.example/", title: "달빛상점", referrer: "" };
const brand = { name: "달빛상점", colour: "#2f5d50", greeting: "안녕하세요", logo_url: null };

/** The server as far as the chat can see it. */
class Desk {
  entries: Entry[] = [];
  pages = new Map<string | null, EntryPage>();
  readonly asked: SessionRequest[] = [];
  readonly calls: string[] = [];
  socket: (Socket & { heard: unknown[] }) | null = null;
  expired = false;
  unread = 0;
  hasConversation = false;

  session = async (request: SessionRequest): Promise<Session> => {
    this.asked.push(request);
    this.expired = false;
    return {
      visitor: request.visitor ?? "new visitor",
      customer: { name: null, email: null, proven: false },
      brand,
      agents: [],
      availability: { open: true, text: "곧 답해요", opens_at: null },
      unread: this.unread,
      policy: { text_limit: 1000, media: null },
      conversation: this.hasConversation ? { id: "c", status: "open" } : null,
      can_prove: true,
    };
  };

  post = async (message: NewMessage): Promise<Entry> => {
    if (this.expired) throw new Refused(401, {}, null);
    const entry = anEntry({ from: "me", client_id: message.client_id, text: message.text, status: "sent" });
    this.entries.push(entry);
    return entry;
  };

  ports(clock: ManualClock, told: ToHost[], visible: () => boolean): ChatPorts {
    const note = (call: string) => async () => void this.calls.push(call);
    return {
      clock,
      tell: (message) => told.push(message),
      visible,
      connect: () => {
        const heard: unknown[] = [];
        this.socket = {
          heard,
          onopen: null,
          onmessage: null,
          onclose: null,
          send: (data) => heard.push(JSON.parse(data)),
          close: () => undefined,
        };
        return this.socket;
      },
      api: {
        token: null,
        locale: "ko",
        session: this.session,
        post: this.post,
        messages: async (before) => this.pages.get(before) ?? { items: this.entries, next: null },
        read: (id) => note(`read ${id}`)(),
        delivered: (id) => note(`delivered ${id}`)(),
        claim: (claims) => note(`claim ${JSON.stringify(claims)}`)(),
        track: (name) => note(`track ${name}`)(),
        openContinuation: async () =>
          this.opened.shift() ?? { confirmed: true, sent: true, channel: "kakao" },
        checkContinuation: async (_, code) => ({ confirmed: code === "482913" }),
        proveEmail: async () => ({ expires_in: 600, resend_after: 60 }),
        checkCode: async (email) => ({
          visitor: "proven visitor",
          customer: { name: null, email, proven: true },
        }),
        upload: async () => {
          throw new Error("no files in these tests");
        },
        liveAddress: () => "ws://desk.example/live",
      },
    };
  }

  opened: Opened[] = [];

  /** The line comes up. */
  async ready(): Promise<void> {
    this.socket?.onopen?.();
    this.say({ type: "ready", cursor: "now" });
    await settled();
  }

  say(frame: ServerFrame): void {
    this.socket?.onmessage?.({ data: JSON.stringify(frame) });
  }
}

function setUp(given: Partial<Init> = {}, desk = new Desk()) {
  const told: ToHost[] = [];
  const clock = new ManualClock();
  const init: Init = {
    type: "init",
    config: { brand, side: "right", locale: "ko", enabled: true },
    locale: "ko",
    theme: "auto",
    page,
    layout: { phone: false, insets: { top: 0, right: 0, bottom: 0, left: 0 } },
    profile: {},
    identity: null,
    continueBy: null,
    stored: {},
    open: false,
    ...given,
  };
  const chat = new Chat(
    desk.ports(clock, told, () => true),
    init,
  );
  const write = async (text: string) => {
    chat.write(text);
    chat.send();
    await settled();
  };
  const texts = () => chat.store.value.entries.map(({ text }) => text);
  return { chat, clock, desk, told, write, texts };
}

const returning = { stored: { visitor: "old visitor" } };

describe("Chat", () => {
  it("asks the server for nothing before a stranger opens it", async () => {
    const { chat, desk } = setUp();
    await settled();
    expect(desk.asked).toEqual([]);
    chat.handle({ type: "open" });
    await settled();
    expect(desk.asked).toHaveLength(1);
    expect(desk.socket).toBeNull();
  });

  it("takes a message before the line is up and connects once there is something to hear", async () => {
    const { chat, desk, texts } = setUp({ open: true });
    chat.write("안녕하세요");
    chat.send();
    expect(chat.store.value.outgoing).toHaveLength(1);
    await settled();
    await desk.ready();
    expect(texts()).toEqual(["안녕하세요"]);
    expect(desk.socket?.heard).toEqual([{ type: "hello", token: "new visitor", cursor: null }]);
  });

  it("shows its own message once, whatever way it comes back", async () => {
    const { desk, write, texts } = setUp({ open: true });
    await write("한 번");
    desk.say({ type: "entry", cursor: "1", entry: desk.entries[0]! });
    desk.say({ type: "entry", cursor: "1", entry: desk.entries[0]! });
    expect(texts()).toEqual(["한 번"]);
  });

  it("brings back what was said before, and counts what is new", async () => {
    const desk = new Desk();
    desk.hasConversation = true;
    desk.unread = 1;
    desk.entries = [anEntry({ text: "지난 답" })];
    const { chat, told, texts } = setUp(returning, desk);
    await settled();
    await desk.ready();
    const answer = anEntry({ text: "새 답" });
    desk.say({ type: "entry", cursor: "2", entry: answer });
    desk.say({ type: "entry", cursor: "2", entry: answer });
    expect(texts()).toEqual(["지난 답", "새 답"]);
    expect(chat.store.value.unread).toBe(2);
    expect(told).toContainEqual({ type: "message", from: "agent", text: "새 답" });
  });

  it("tells how far an answer came: to this device, then before the visitor's eyes", async () => {
    const desk = new Desk();
    desk.hasConversation = true;
    const answer = anEntry();
    desk.entries = [answer];
    const { chat, told } = setUp(returning, desk);
    await settled();
    await desk.ready();
    expect(desk.calls).toEqual([`delivered ${answer.id}`]);
    chat.handle({ type: "open" });
    chat.look();
    expect(desk.calls).toEqual([`delivered ${answer.id}`, `read ${answer.id}`]);
    expect(told.filter(({ type }) => type === "unread")).toEqual([]);
  });

  it("does not count as read what lies below the part that is being read", async () => {
    const desk = new Desk();
    desk.hasConversation = true;
    const { chat } = setUp({ ...returning, open: true }, desk);
    await settled();
    await desk.ready();
    chat.reached(false);
    const answer = anEntry();
    desk.say({ type: "entry", cursor: "2", entry: answer });
    expect(chat.store.value.unread).toBe(1);
    chat.reached(true);
    expect(chat.store.value.unread).toBe(0);
    expect(desk.calls.at(-1)).toBe(`read ${answer.id}`);
  });

  it("pages upward", async () => {
    const desk = new Desk();
    const [old, recent] = [anEntry({ text: "오래전" }), anEntry({ text: "최근" })];
    desk.pages.set(null, { items: [recent!], next: "up" });
    desk.pages.set("up", { items: [old!], next: null });
    const { chat, texts } = setUp({ ...returning, open: true }, desk);
    await settled();
    await desk.ready();
    await chat.loadOlder();
    expect(texts()).toEqual(["오래전", "최근"]);
    expect(chat.store.value.older).toBeNull();
  });

  it("leaves no gap when more was missed than a page holds", async () => {
    const desk = new Desk();
    desk.hasConversation = true;
    const [known, missed, newest] = [anEntry({ text: "아는 말" }), anEntry(), anEntry({ text: "맨 끝" })];
    desk.pages.set(null, { items: [known!], next: null });
    const { chat, texts } = setUp({ ...returning, open: true }, desk);
    await settled();
    await desk.ready();
    desk.pages.set(null, { items: [newest!], next: "up" });
    desk.pages.set("up", { items: [known!, missed!], next: null });
    desk.say({ type: "reset" });
    await settled();
    expect(texts()).toEqual(["맨 끝"]);
    await chat.loadOlder();
    expect(chat.store.value.entries).toEqual([known, missed, newest]);
  });

  it("renews a token that no longer counts, and the message goes out once", async () => {
    const { clock, desk, write, texts } = setUp({ open: true });
    await settled();
    desk.expired = true;
    await write("그래도 가요");
    await clock.turn(5_000);
    expect(desk.asked).toHaveLength(2);
    expect(texts()).toEqual(["그래도 가요"]);
    expect(desk.entries).toHaveLength(1);
  });

  it("tells what the page says of its visitor only once they have written", async () => {
    const { desk, write } = setUp({ open: true, profile: { name: "한서연" } });
    await settled();
    expect(desk.calls).toEqual([]);
    await write("안녕하세요");
    expect(desk.calls).toEqual(['claim {"name":"한서연"}']);
  });

  it("shows nothing of one person to the next", async () => {
    const { chat, told, write, texts } = setUp({ open: true });
    await write("비밀이에요");
    chat.handle({ type: "identify", token: "somebody else" });
    expect(texts()).toEqual([]);
    chat.write("쓰다 만 글");
    chat.handle({ type: "sign-out" });
    expect(texts()).toEqual([]);
    expect(chat.store.value.draft).toBe("");
    expect(told.at(-1)).not.toMatchObject({ value: "쓰다 만 글" });
  });

  it("reads everything anew for somebody who proved their address", async () => {
    const { chat, desk, told, write } = setUp({ open: true });
    await write("메일로도 썼어요");
    await chat.checkCode("minji@example.com", "123456");
    await settled();
    expect(desk.asked.at(-1)?.visitor).toBe("proven visitor");
    expect(told).toContainEqual({ type: "store", name: "visitor", value: "proven visitor" });
    expect(chat.store.value.history).toBe("ready");
  });

  it("misses nothing said between the history and the line", async () => {
    const desk = new Desk();
    desk.hasConversation = true;
    const { chat, texts } = setUp(returning, desk);
    await settled();
    desk.entries = [anEntry({ text: "그 사이에 온 답" })];
    await desk.ready();
    expect(texts()).toEqual(["그 사이에 온 답"]);
    expect(chat.store.value.history).toBe("ready");
  });

  it("still pages upward when an answer comes before the history does", async () => {
    const desk = new Desk();
    desk.hasConversation = true;
    const answer = anEntry();
    desk.pages.set(null, { items: [answer], next: "up" });
    const { chat, texts } = setUp(returning, desk);
    await settled();
    desk.say({ type: "entry", cursor: "1", entry: answer });
    await desk.ready();
    expect(texts()).toEqual([answer.text]);
    expect(chat.store.value.older).toBe("up");
  });

  it("reads the history over plain HTTP when the line does not come up", async () => {
    const desk = new Desk();
    desk.hasConversation = true;
    desk.entries = [anEntry({ text: "지난 답" })];
    const { texts } = setUp(returning, desk);
    await settled();
    desk.socket?.onclose?.({ code: 1006 });
    await settled();
    expect(texts()).toEqual(["지난 답"]);
  });

  it("leaves no trace of those who only look around, and remembers it for those who write", async () => {
    const { chat, desk, write } = setUp();
    chat.handle({ type: "track", name: "Product Viewed", properties: {} });
    chat.handle({ type: "open" });
    chat.handle({ type: "page", page });
    await settled();
    expect(desk.calls).toEqual([]);
    expect(desk.asked).toHaveLength(1);
    await write("이 상품 있나요");
    expect(desk.calls).toEqual(["track Product Viewed"]);
    chat.handle({ type: "page", page: { ...page, url: "https://shop.example/cart" } });
    expect(desk.asked.at(-1)?.page.url).toBe("https://shop.example/cart");
  });
});

describe("a conversation that began elsewhere", () => {
  const waiting: Opened = { confirmed: false, sent: true, channel: "kakao" };

  it("waits for its code, and everything is read anew once it is right", async () => {
    const desk = new Desk();
    desk.opened = [waiting];
    const { chat } = setUp({ open: true, continueBy: "secret" }, desk);
    await settled();
    expect(chat.store.value.continuation).toBe("code");
    desk.opened = [{ ...waiting, confirmed: true }];
    await chat.checkContinuation("482913");
    expect(chat.store.value.continuation).toBe("here");
  });

  it("asks again, for an agent may say whose it is", async () => {
    const desk = new Desk();
    desk.opened = [{ ...waiting, sent: false }];
    const { chat, clock } = setUp({ open: true, continueBy: "secret" }, desk);
    await settled();
    expect(chat.store.value.continuation).toBe("agent");
    await clock.turn(4_000);
    await settled();
    expect(chat.store.value.continuation).toBe("here");
  });
});
