import { describe, expect, it } from "vitest";
import { withParticles } from "./particles.ts";

describe("Korean particles", () => {
  it.each([
    ["이메일(으)로 이어짐", "이메일로 이어짐"],
    ["채팅(으)로 이어짐", "채팅으로 이어짐"],
    ["API(으)로 이어가기", "API로 이어가기"],
    ["‘긴급’(으)로 바꿨어요", "‘긴급’으로 바꿨어요"],
    ["‘한소리’을(를) 입력하세요", "‘한소리’를 입력하세요"],
    ["‘배송’을(를) 입력하세요", "‘배송’을 입력하세요"],
    ["‘사진.png’은(는) 보낼 수 없어요", "‘사진.png’는 보낼 수 없어요"],
    ["주문 3이(가) 왔어요", "주문 3이 왔어요"],
    ["메일을 보내요", "메일을 보내요"],
  ])("%s becomes %s", (open, written) => {
    expect(withParticles(open)).toBe(written);
  });
});
