import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { ruleQuery } from "@/api/rules";
import type { Rule } from "@/api/types";
import { Failed } from "@/components/failed";
import { Editor } from "@/editors/term/view/editor";
import { Icon } from "@/ui/icon";
import { Bones, Empty } from "@/ui/parts";
import css from "../rules.module.css";

const route = getRouteApi("/shell/rules/$id/edit");

/** What a rule says is changed; its next version begins. */
export function EditRulePage() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const { id } = route.useParams();
  const { sentence } = route.useSearch();
  const navigate = route.useNavigate();
  const found = useQuery(ruleQuery(id));
  if (found.error instanceof ApiError && found.error.status === 404) return <Empty icon="rules" title={t("rule.missing")} hint={t("rule.missing_hint")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const rule = found.data;
  const done = async (saved: Rule) => {
    for (const key of ["rules", "rule", "customer", "decision"]) void cache.invalidateQueries({ queryKey: [key] });
    void message.success(t("rule.changed", { n: saved.version }));
    await navigate({ to: "/rules/$id", params: { id }, search: {} });
  };
  return (
    <div className={css.page}>
      <Link to="/rules/$id" params={{ id }} search={{}} className={css.back}>
        <Icon name="back" size={14} />
        {rule?.name ?? t("rules.title")}
      </Link>
      <h1 className={css.title}>{t("editor.edit_title")}</h1>
      <p className={css.hint}>{t("editor.edit_hint")}</p>
      {!rule && <Bones rows={10} label={t("common.loading")} />}
      {rule && (
        <Editor start={sentence ?? rule.sentence} rule={rule} written={(text) => void navigate({ search: { sentence: text || undefined }, replace: true, resetScroll: false })} done={(saved) => void done(saved)} />
      )}
    </div>
  );
}
