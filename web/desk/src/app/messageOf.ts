import { ApiError } from "@damso/api";
import type { Texts } from "@damso/i18n";

/** A sentence for a person: the server's own where it spoke, else that it was not reached. */
export function messageOf(error: unknown, t: Texts["t"]): string {
  return error instanceof ApiError ? error.message : t("error.unreachable");
}
