import type { ConfigSchema } from "@damso/api";
import { describe, expect, it } from "vitest";
import { fieldTexts, filledConfig, makeSecret } from "./configFields.ts";

const schema: ConfigSchema = {
  properties: {
    host: { type: "string", title: "Server", ko: { title: "서버", description: "받는 서버예요." } },
    port: { type: "integer", default: 993 },
    password: { type: "string", writeOnly: true, default: "" },
  },
};

describe("a form made from a schema", () => {
  it("speaks the reader's language", () => {
    expect(fieldTexts("host", schema.properties.host!, "ko")).toEqual({
      label: "서버",
      description: "받는 서버예요.",
    });
    expect(fieldTexts("host", schema.properties.host!, "en")).toEqual({
      label: "Server",
      description: undefined,
    });
    expect(fieldTexts("port", schema.properties.port!, "en").label).toBe("port");
  });

  it("sends defaults and leaves a secret alone that nobody typed", () => {
    expect(filledConfig(schema, { host: "imap.shop.example" })).toEqual({
      host: "imap.shop.example",
      port: 993,
    });
    expect(filledConfig(schema, { password: "x" })).toEqual({ port: 993, password: "x" });
  });

  it("makes secrets that differ", () => {
    expect(makeSecret("whsec")).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(makeSecret("text")).toMatch(/^[\w-]{43}$/);
    expect(makeSecret("text")).not.toBe(makeSecret("text"));
  });
});
