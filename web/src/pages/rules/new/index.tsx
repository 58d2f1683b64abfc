import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import type { Rule } from "@/api/types";
import { Editor } from "@/editors/term/view/editor";
import { Icon } from "@/ui/icon";
import css from "../rules.module.css";

const route = getRouteApi("/shell/rules/new");

export function NewRulePage() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const { sentence } = route.useSearch();
  const navigate = route.useNavigate();
  const done = async (rule: Rule) => {
    void cache.invalidateQueries({ queryKey: ["rules"] });
    void message.success(t("rule.started"));
    await navigate({ to: "/rules/$id", params: { id: rule.id }, search: {} });
  };
  return (
    <div className={css.page}>
      <Link to="/rules" className={css.back}>
        <Icon name="back" size={14} />
        {t("rules.title")}
      </Link>
      <h1 className={css.title}>{t("editor.title")}</h1>
      <Editor start={sentence ?? ""} written={(text) => void navigate({ search: { sentence: text || undefined }, replace: true, resetScroll: false })} done={(rule) => void done(rule)} />
    </div>
  );
}
