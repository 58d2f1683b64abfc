import { describe, expect, it } from "vitest";
import { kindOf, textOf } from "./media";

const bytes = (...all: number[]) => new Uint8Array(all).buffer;

describe("what is shown of a file", () => {
  it("is nothing that a browser would run", () => {
    expect(["image/png", "application/pdf", "text/plain", "audio/mpeg", "video/mp4"].map(kindOf)).toEqual(["image", "pdf", "text", "audio", "video"]);
    expect(["image/svg+xml", "text/html", "application/zip", "application/octet-stream"].map(kindOf)).toEqual([null, null, null, null]);
  });

  it("is text as it was written", () => {
    expect(textOf(new TextEncoder().encode("合同").buffer)).toBe("合同");
    expect(textOf(bytes(0xba, 0xcf, 0xcd, 0xac))).toBe("合同");
    expect(textOf(bytes(0xff, 0xfe, 0x08, 0x54))).toBe("合");
    expect(textOf(new TextEncoder().encode("合同").slice(0, 5).buffer)).toBe("合");
  });
});
