import { expect, it } from "vitest";
import { calledIn, draftOf, kept, partsOf } from "./mentions";

const named = { 李雷: "usr_00000001", 李雷雷: "usr_00000002" };

it("keeps ids in place of the names that were chosen, the longest first", () => {
  expect(kept("@李雷雷 看看,@李雷也看看;a@b.cn 与 @韩梅梅", named)).toBe("@[usr_00000002] 看看,@[usr_00000001]也看看;a@b.cn 与 @韩梅梅");
});

it("gives back the draft that was kept", () => {
  const mentions = { usr_00000001: "李雷", usr_00000003: "李雷" };
  const { draft, named: back } = draftOf("@[usr_00000001] 和 @[usr_00000003],@[usr_00000009]", mentions);
  expect(draft).toBe("@李雷 和 @李雷(0003),@[usr_00000009]");
  expect(kept(draft, back)).toBe("@[usr_00000001] 和 @[usr_00000003],@[usr_00000009]");
});

it("shows names as they are now", () => {
  expect(partsOf("请 @[usr_00000001] 看", { usr_00000001: "李磊" })).toEqual([
    { text: "请 ", mention: false },
    { text: "@李磊", mention: true },
    { text: " 看", mention: false },
  ]);
  expect(partsOf("没有谁", {})).toEqual([{ text: "没有谁", mention: false }]);
});

it("tells those of one name apart", () => {
  const members = [{ id: "usr_00000001", name: "李雷" }, { id: "usr_00000003", name: "李雷" }, { id: "usr_00000004", name: "韩" }];
  expect(members.map((member) => calledIn(members, member))).toEqual(["李雷(0001)", "李雷(0003)", "韩"]);
});
