import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import { useLabel, useLanguage } from "@/components/language";
import { useMay } from "@/components/rights";
import { useSignOut } from "@/components/sign-out";
import { setLanguage } from "@/i18n";
import { setAppearance, setDense, useDense } from "@/util/preferences";
import type { Command } from "./commands";

const act = (id: string, label: string, words: string, run: () => void): Command => ({ id, group: "act", label, icon: "spark", words, run });

/** Where one may go, and what one may do. */
export function useCommands(): Command[] {
  const { t } = useTranslation();
  const language = useLanguage();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const may = useMay();
  const labelOf = useLabel();
  const dense = useDense();
  const objects = useQuery(objectsQuery).data?.items.filter((object) => !object.archived && object.rights.read !== "none") ?? [];
  const go = (to: "/rules" | "/rules/new" | "/events" | "/settings/account" | "/settings/people", label: string, words: string): Command => ({
    id: to,
    group: "go",
    label,
    icon: "arrow",
    words,
    run: () => void navigate({ to, search: {} }),
  });
  const openObject = (object: string, name: string, words: string): Command => ({ id: `o/${object}`, group: "go", label: name, icon: "arrow", words, run: () => void navigate({ to: "/o/$object", params: { object }, search: {} }) });
  return [
    ...objects.map((object) => openObject(object.name, labelOf(object.plural), `${object.name} ${object.label.zh} ${object.label.en} ${object.plural.en}`)),
    ...(may("rules.read") ? [go("/rules", t("nav.rules"), "rules 规则 guize gz")] : []),
    ...(may("events.read") ? [go("/events", t("nav.events"), "events 事件 shijian sj sources 数据源")] : []),
    ...(may("rules.write") ? [go("/rules/new", t("palette.new_rule"), "new rule 新规则 xinguize")] : []),
    ...(may("people.manage") ? [go("/settings/people", t("settings.people"), "people invite 人员 邀请 renyuan yaoqing roles 角色")] : []),
    go("/settings/account", t("settings.account"), "settings account password 设置 账号 密码 shezhi mima"),
    language === "zh"
      ? act("english", t("palette.to_english"), "language 语言 yuyan", () => setLanguage("en"))
      : act("chinese", t("palette.to_chinese"), "language 语言 zhongwen", () => setLanguage("zh")),
    act("dark", t("palette.dark"), "dark 深色 shense", () => setAppearance("dark")),
    act("light", t("palette.light"), "light 浅色 qianse", () => setAppearance("light")),
    act("system", t("palette.system"), "system auto 跟随 gensui", () => setAppearance("system")),
    act("density", t(dense ? "top.roomy" : "top.dense"), "dense compact roomy comfortable 紧凑 宽松 jincou kuansong", () => setDense(!dense)),
    act("sign-out", t("palette.sign_out"), "sign out log out 退出 tuichu", () => signOut.mutate()),
  ];
}
