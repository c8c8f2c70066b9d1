import type { ConfigSchema, SchemaProperty } from "@damso/api";
import type { Locale } from "@damso/i18n";

/** What a field is called and what it is for: the schema carries both languages. */
export function fieldTexts(
  name: string,
  property: SchemaProperty,
  locale: Locale,
): { label: string; description?: string } {
  const korean = locale === "ko" ? property.ko : undefined;
  return {
    label: korean?.title || property.title || name,
    description: korean?.description || property.description || undefined,
  };
}

/** What is sent: every field that has a value, defaults included; a stored secret that was not touched is left out. */
export function filledConfig(schema: ConfigSchema, given: Record<string, unknown>): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(schema.properties)) {
    const value = given[name] ?? property.default;
    if (value !== undefined && !(property.writeOnly && value === "")) filled[name] = value;
  }
  return filled;
}

/** A secret of 32 random bytes in the form a channel asks for. */
export function makeSecret(form: "text" | "whsec"): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const base64 = btoa(String.fromCharCode(...bytes));
  return form === "whsec"
    ? `whsec_${base64}`
    : base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
