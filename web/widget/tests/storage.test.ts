import { describe, expect, it } from "vitest";
import { HostStorage } from "../src/loader/storage.ts";

class Area implements Storage {
  readonly kept = new Map<string, string>();
  full = false;

  get length(): number {
    return this.kept.size;
  }
  key(index: number): string | null {
    return [...this.kept.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.kept.set(key, value);
  }
  removeItem(key: string): void {
    this.kept.delete(key);
  }
  clear(): void {
    this.kept.clear();
  }
}

describe("HostStorage", () => {
  it("writes nothing to the page before it is permitted, and then all of it", () => {
    const area = new Area();
    const storage = new HostStorage("KEY", area);
    storage.set("visitor", "token");
    storage.set("draft", "안녕하세요");
    expect(area.kept.size).toBe(0);
    storage.permit();
    expect(Object.fromEntries(area.kept)).toEqual({ "damso:KEY": "token", "damso:KEY:draft": "안녕하세요" });
  });

  it("knows a returning visitor, whose opening counts as permission", () => {
    const area = new Area();
    area.setItem("damso:KEY", "token");
    area.setItem("damso:KEY:out:1", "{}");
    area.setItem("damso:KEYRING", "somebody else's");
    const storage = new HostStorage("KEY", area);
    expect(storage.all()).toEqual({ visitor: "token", "out:1": "{}" });
    storage.set("draft", "글");
    expect(area.getItem("damso:KEY:draft")).toBe("글");
  });

  it("forgets everything of its own and nothing else", () => {
    const area = new Area();
    area.setItem("damso:KEY", "token");
    area.setItem("cart", "3");
    const storage = new HostStorage("KEY", area);
    storage.clear();
    storage.set("visitor", "next");
    expect(Object.fromEntries(area.kept)).toEqual({ cart: "3" });
  });

  it("goes on in memory where the browser refuses", () => {
    const area = new Area();
    area.full = true;
    const storage = new HostStorage("KEY", area);
    storage.permit();
    storage.set("visitor", "token");
    expect(storage.all()).toEqual({ visitor: "token" });
    expect(new HostStorage("KEY", null).all()).toEqual({});
  });
});
