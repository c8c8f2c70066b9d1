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

/** Names of all remembered things that begin with `prefix`. */
export function recallNames(prefix: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(`damso.${prefix}`))
      .map((name) => name.slice("damso.".length));
  } catch {
    return [];
  }
}

export function lastLocale(): Language | null {
  return recall<Language>("locale");
}
