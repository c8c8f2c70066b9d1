import { VISITOR } from "../bridge.ts";

/**
 * What the host page keeps for one inbox: the visitor token under `damso:KEY`, the rest under `damso:KEY:name`.
 *
 * Until `permit` is called (the visitor opened the chat, or had a token already) everything stays in memory.
 * Where the browser refuses storage it stays there too; the chat then works for as long as the page lives.
 */
export class HostStorage {
  readonly #prefix: string;
  readonly #area: Storage | null;
  readonly #memory = new Map<string, string>();
  #permitted = false;

  constructor(inbox: string, area: Storage | null) {
    this.#prefix = `damso:${inbox}`;
    this.#area = area;
    for (const [name, value] of this.#kept()) this.#memory.set(name, value);
    this.#permitted = this.#memory.has(VISITOR);
  }

  all(): Record<string, string> {
    return Object.fromEntries(this.#memory);
  }

  has(name: string): boolean {
    return this.#memory.has(name);
  }

  set(name: string, value: string | null): void {
    if (value === null) this.#memory.delete(name);
    else this.#memory.set(name, value);
    if (this.#permitted) this.#write(name, value);
  }

  permit(): void {
    if (this.#permitted) return;
    this.#permitted = true;
    for (const [name, value] of this.#memory) this.#write(name, value);
  }

  /** Forgets everything, as after signing out on a shared computer. */
  clear(): void {
    for (const name of new Set([...this.#memory.keys(), ...this.#kept().map(([kept]) => kept)]))
      this.set(name, null);
    this.#permitted = false;
  }

  #write(name: string, value: string | null): void {
    try {
      if (value === null) this.#area?.removeItem(this.#key(name));
      else this.#area?.setItem(this.#key(name), value);
    } catch {
      // Full or forbidden: memory still holds it.
    }
  }

  #kept(): [name: string, value: string][] {
    const found: [string, string][] = [];
    for (let index = 0; index < (this.#area?.length ?? 0); index++) {
      const key = this.#area?.key(index) ?? "";
      const name = this.#name(key);
      const value = name === null ? null : this.#area?.getItem(key);
      if (name !== null && typeof value === "string") found.push([name, value]);
    }
    return found;
  }

  #key(name: string): string {
    return name === VISITOR ? this.#prefix : `${this.#prefix}:${name}`;
  }

  #name(key: string): string | null {
    if (key === this.#prefix) return VISITOR;
    return key.startsWith(`${this.#prefix}:`) ? key.slice(this.#prefix.length + 1) : null;
  }
}

/** The page's `localStorage`, or `null` where reading it alone already throws (blocked cookies, sandboxes). */
export function pageStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
