import { describe, expect, it } from "vitest";
import { markUnused } from "./marks";

describe("markUnused", () => {
  it("marks a word where it stands", () => {
    expect(markUnused("当老客户下单", ["老"])).toEqual([
      { text: "当", unused: false },
      { text: "老", unused: true },
      { text: "客户下单", unused: false },
    ]);
  });

  it("finds a repeated word once for each time it is named", () => {
    const marks = markUnused("very very big", ["very", "very"]);
    expect(marks.filter((mark) => mark.unused).map((mark) => mark.text)).toEqual(["very", "very"]);
  });

  it("ignores case and words that are not there", () => {
    expect(markUnused("Loyal customer", ["loyal", "absent", ""])).toEqual([
      { text: "Loyal", unused: true },
      { text: " customer", unused: false },
    ]);
  });

  it("gives the sentence back when joined", () => {
    const sentence = "近90天 消费超过 2 万元，标记为“高价值”";
    expect(markUnused(sentence, ["消费", "2", "近90"]).map((mark) => mark.text).join("")).toBe(sentence);
  });
});
