import type { Language } from "@damso/api";

/** Small things this browser remembers between visits. A browser that refuses storage forgets them, no more. */
export function remember(name: string, value: unknown): void {
  try {
    if (value === null || value === undefined) localStorage.removeItem(`damso.${name}`);
    else localStorage.setItem(`damso.${name}`, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: what would be remembered is a comfort, never the only copy of anything sent.
  }
}

export function recall<T>(name: string): T | null {
  try {
    const text = localStorage.getItem(`damso.${name}`);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** What one person left here must not be found by the next: unsent words, their last view. */
const PERSONAL = ["damso.draft.", "damso.outbox", "damso.view", "damso.who"];

export function forgetPerson(): void {
  try {
    for (const name of Object.keys(localStorage)) {
      if (PERSONAL.some((prefix) => name.startsWith(prefix))) localStorage.removeItem(name);
    }
  } catch {
    // Without storage there is nothing to forget.
  }
}

export function lastLocale(): Language | null {
  return recall<Language>("locale");
}
