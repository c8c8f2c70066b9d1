import { describe, expect, it } from "vitest";
import { completionsFor, customerSought, type Operator, readQuery } from "./operators.ts";

const OPERATORS: Operator[] = [
  {
    id: "status",
    label: "상태",
    names: ["상태", "status"],
    values: [
      { label: "진행 중", words: ["진행중", "열림", "open"], given: { status: "open" } },
      { label: "해결", words: ["해결", "resolved"], given: { status: "resolved" } },
    ],
  },
  {
    id: "inbox",
    label: "수신함",
    names: ["수신함", "inbox"],
    values: [{ label: "고객 지원", words: ["고객 지원"], given: { inbox_id: "1" } }],
  },
  { id: "to", label: "까지", names: ["이전", "before"], values: "day" },
  { id: "customer", label: "고객", names: ["고객", "from"], values: "customer" },
];
const read = (text: string) => {
  const { q, chips } = readQuery(text, OPERATORS);
  return [q, Object.assign({}, ...chips.map((chip) => chip.given))];
};
const offered = (text: string) => completionsFor(text, OPERATORS).map((one) => one.text);

describe("conditions in what is typed", () => {
  it("are understood in both languages and taken out of the words", () => {
    expect(read("배송 상태:열림 지연")).toEqual(["배송 지연", { status: "open" }]);
    expect(read("status:open before:2026-11-20 refund")).toEqual([
      "refund",
      { status: "open", to: "2026-11-20" },
    ]);
    expect(read("이전:2026.1.5")).toEqual(["", { to: "2026-01-05" }]);
  });

  it("may hold spaces between quotes", () => {
    expect(read('inbox:"고객 지원" 환불')).toEqual(["환불", { inbox_id: "1" }]);
  });

  it("stay words where nobody knows them", () => {
    expect(read("http://shop.example 12:30 status:lost before:2026-02-31 refund")).toEqual([
      "http://shop.example 12:30 status:lost before:2026-02-31 refund",
      {},
    ]);
  });

  it("are no words while they are being typed", () => {
    expect(read("배송 상태:")).toEqual(["배송", {}]);
    expect(read("배송 from:미")).toEqual(["배송", {}]);
  });

  it("are offered from their first two letters, then their values", () => {
    expect(offered("배송 상태")).toEqual(["배송 상태:"]);
    expect(offered("sta")).toEqual(["status:"]);
    expect(offered("배송 상태:")).toEqual(["배송 상태:진행중 ", "배송 상태:해결 "]);
    expect(offered("status:res")).toEqual(["status:해결 "]);
    expect(offered("inbox:지원")).toEqual(['inbox:"고객 지원" ']);
    expect(offered("배송")).toEqual([]);
  });

  it("name a customer who is then looked for", () => {
    expect(customerSought("환불 고객:미나", OPERATORS)).toEqual({ head: "환불", name: "미나" });
    expect(customerSought("상태:미나", OPERATORS)).toBeNull();
  });
});
