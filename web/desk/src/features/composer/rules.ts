import type { Attachment, Route } from "@damso/api";

/** Why an answer cannot go out as it stands. What can be known before sending is refused before sending. */
export type Refusal =
  | { code: "NO_ROUTE" }
  | { code: "ROUTE_CLOSED"; reason: string | null }
  | { code: "TEXT_TOO_LONG"; over: number }
  | { code: "FILES_NOT_ALLOWED" }
  | { code: "TOO_MANY_FILES"; most: number }
  | { code: "FILE_TOO_BIG"; name: string; most: number }
  | { code: "FILE_TYPE"; name: string };

export type Facts = Pick<Attachment, "name" | "size" | "content_type">;

export function refusalOf(route: Route | undefined, text: string, files: Facts[]): Refusal | null {
  if (!route) return { code: "NO_ROUTE" };
  if (!route.open) return { code: "ROUTE_CLOSED", reason: route.reason };
  const { policy } = route;
  const over = lengthOf(text, policy.measure) - policy.text_limit;
  if (over > 0) return { code: "TEXT_TOO_LONG", over };
  if (files.length === 0) return null;
  if (policy.media_types.length === 0) return { code: "FILES_NOT_ALLOWED" };
  if (files.length > policy.media_max_files) return { code: "TOO_MANY_FILES", most: policy.media_max_files };
  const big = files.find((file) => file.size > policy.media_max_bytes);
  if (big) return { code: "FILE_TOO_BIG", name: big.name, most: policy.media_max_bytes };
  const foreign = files.find((file) => !allows(policy.media_types, file.content_type));
  if (foreign) return { code: "FILE_TYPE", name: foreign.name };
  return null;
}

/** Limits count characters as people do, not UTF-16 units; Korean carriers count bytes of EUC-KR, where everything that
 * is not ASCII takes two. */
export function lengthOf(text: string, measure: Route["policy"]["measure"] = "characters"): number {
  const signs = [...text];
  if (measure === "characters") return signs.length;
  return signs.reduce((sum, sign) => sum + ((sign.codePointAt(0) ?? 0) < 128 ? 1 : 2), 0);
}

/** What a text of this length leaves as (SMS, LMS), how long it is and may be; where the channel makes a difference. */
export function stepOf(route: Route | undefined, text: string) {
  const length = lengthOf(text, route?.policy.measure);
  const step = route?.policy.steps.find(({ limit }) => length <= limit);
  return step ? { ...step, length } : null;
}

/** How many characters are left, told only when the end is near. */
export function charactersLeft(route: Route | undefined, text: string): number | null {
  if (!route) return null;
  const limit = route.policy.text_limit;
  const left = limit - lengthOf(text, route.policy.measure);
  return left <= Math.max(20, limit * 0.1) ? left : null;
}

/** `image/*`, `application/pdf` or `*`. */
function allows(types: string[], type: string): boolean {
  return types.some((pattern) => {
    if (pattern === "*" || pattern === "*/*") return true;
    return pattern.endsWith("/*") ? type.startsWith(pattern.slice(0, -1)) : pattern === type;
  });
}

/** The way an answer goes unless the agent says otherwise: the one chosen before, the server's proposal, any open one. */
export function chooseRoute(
  routes: Route[],
  chosen: Pick<Route, "inbox_id" | "identity_id"> | null,
): Route | undefined {
  return (
    routes.find(
      (route) => route.inbox_id === chosen?.inbox_id && route.identity_id === chosen?.identity_id,
    ) ??
    routes.find((route) => route.suggested) ??
    routes.find((route) => route.open) ??
    routes[0]
  );
}

/** Where to go on when the chosen way is closed. */
export function alternativeTo(route: Route | undefined, routes: Route[]): Route | undefined {
  const others = routes.filter((other) => other.open && other !== route);
  return others.find((other) => other.suggested) ?? others.find((other) => other.trusted) ?? others[0];
}

export interface Mention {
  id: string;
  name: string;
}

/** Who is still named in the text; a name that was deleted again is no mention. */
export function mentioned(text: string, mentions: Mention[]): string[] {
  const found = mentions.filter((mention) => text.includes(`@${mention.name}`)).map((mention) => mention.id);
  return [...new Set(found)];
}

export interface Trigger {
  sign: "/" | "@";
  query: string;
  from: number;
}

/** What is being typed at the caret: a canned answer (`/…` at the start of a word) or a colleague (`@…`). */
export function triggerAt(text: string, caret: number): Trigger | null {
  const found = /(^|\s)([/@])([^\s/@]{0,30})$/.exec(text.slice(0, caret));
  if (!found) return null;
  const [, , sign, query = ""] = found;
  return { sign: sign as Trigger["sign"], query, from: caret - query.length - 1 };
}
