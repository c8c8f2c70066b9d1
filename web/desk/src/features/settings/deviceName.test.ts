import { expect, test } from "vitest";
import { deviceName, isPhone } from "./deviceName.ts";

test("a browser and a system are named as people call them", () => {
  const mac =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
  expect(deviceName(mac)).toBe("Chrome · macOS");
  expect(deviceName(phone)).toBe("Safari · iPhone");
  expect([isPhone(mac), isPhone(phone)]).toEqual([false, true]);
  expect(deviceName("curl/8")).toBe("");
});
