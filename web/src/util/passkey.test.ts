import { describe, expect, it } from "vitest";
import { base64url, bytes } from "./passkey";

describe("base64url", () => {
  it("goes there and back, with every byte and without padding", () => {
    for (const length of [0, 1, 2, 3, 16, 255, 256]) {
      const some = Uint8Array.from({ length }, (_, place) => place % 256);
      expect([...bytes(base64url(some.buffer))]).toEqual([...some]);
      expect(base64url(some.buffer)).toMatch(/^[\w-]*$/);
    }
  });
});
