import { expect, test } from "vitest";
import { reasonText } from "./reasonText.ts";

const t = ((key: string, values?: { status?: string }) => `${key}${values?.status ?? ""}`) as never;

test.each([
  ["NOT_JSON", "enrichment.reason.NOT_JSON"],
  ["HTTP_401", "enrichment.reason.denied"],
  ["HTTP_503", "enrichment.reason.http503"],
  ["ConnectTimeout", "enrichment.reason.slow"],
  ["ConnectError", "enrichment.reason.line"],
  ["SOMETHING_NEWER", "SOMETHING_NEWER"],
])("%s is said in words where the desk knows it", (reason, said) => {
  expect(reasonText(reason, t)).toBe(said);
});
