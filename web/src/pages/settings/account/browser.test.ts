import { expect, it } from "vitest";
import { browserOf } from "./browser";

it("names browsers that say that they are others", () => {
  const mozilla = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
  expect(browserOf(`${mozilla} Chrome/130.0 Safari/537.36`)).toBe("Chrome · Windows");
  expect(browserOf(`${mozilla} Chrome/130.0 Safari/537.36 Edg/130.0`)).toBe("Edge · Windows");
  expect(browserOf("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1 MicroMessenger/8.0")).toBe("WeChat · iOS");
  expect(browserOf("curl/8")).toBeNull();
});
