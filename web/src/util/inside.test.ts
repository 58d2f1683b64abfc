import { describe, expect, it } from "vitest";
import { inside } from "./inside";

describe("where one goes after signing in", () => {
  it("is a place of ours", () => {
    expect(inside("/customers?q=a#b")).toBe("/customers?q=a#b");
    for (const next of [undefined, "", "//evil.example.com", "/\\evil.example.com", "/\t/evil.example.com", "https://evil.example.com", "javascript:alert(1)", "customers"]) {
      expect(inside(next), String(next)).toBe("/");
    }
  });
});
