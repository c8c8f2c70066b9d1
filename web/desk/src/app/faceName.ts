import type { CustomerFace } from "@damso/api";
import type { Texts } from "@damso/i18n";

/** What to call a customer: their name, or as long as nobody knows it a visitor's short number. */
export function faceName(face: Pick<CustomerFace, "id" | "name">, t: Texts["t"]): string {
  return face.name || t("customer.unnamed", { id: face.id.slice(-4) });
}
