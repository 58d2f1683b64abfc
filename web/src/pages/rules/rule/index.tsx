import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { App, Button, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { removeRule, ruleQuery } from "@/api/rules";
import type { RuleDetail } from "@/api/types";
import { useAct } from "@/components/act";
import { Failed } from "@/components/failed";
import { useFormat } from "@/components/language";
import { useMay } from "@/components/rights";
import { WhyDrawer } from "@/components/why/drawer";
import { useOutcome } from "@/components/why/outcome";
import { BothLanguages } from "@/editors/term/view/understood";
import { Icon } from "@/ui/icon";
import { Bones, Chip, Empty, Fact } from "@/ui/parts";
import css from "../rules.module.css";
import { useSwitch } from "../use-switch";
import { Firings } from "./firings";
import { Versions } from "./versions";

const route = getRouteApi("/shell/rules/$id");

function useRemove(rule: RuleDetail) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const cache = useQueryClient();
  const navigate = route.useNavigate();
  const remove = useAct({
    mutationFn: () => removeRule(rule.id),
    onSuccess: async () => {
      void message.success(t("rule.removed"));
      await navigate({ to: "/rules" });
      void cache.invalidateQueries({ queryKey: ["rules"] });
    },
  });
  return () =>
    void modal.confirm({
      title: t("rule.remove_confirm", { name: rule.name }),
      content: t("rule.remove_hint"),
      okText: t("rule.remove"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => remove.mutateAsync(undefined).catch(() => undefined),
    });
}

function Head({ rule }: { rule: RuleDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const outcome = useOutcome();
  const turn = useSwitch();
  const remove = useRemove(rule);
  const may = useMay();
  const { action } = rule;
  return (
    <header>
      <div className={css.rule_head}>
        <Switch checked={rule.on} disabled={!may("rules.write")} aria-label={t("rules.on_label", { name: rule.name })} onChange={(on) => turn.mutate({ rule, on })} />
        <h1 className={css.title}>{rule.name}</h1>
        {action && <Chip tone="teal">{outcome({ outcome: action.do, name: action.tag ?? action.title ?? rule.name })}</Chip>}
        {may("rules.write") && (
          <span className={css.tools}>
            <Link to="/rules/$id/edit" params={{ id: rule.id }} search={{}}>
              <Button size="small" tabIndex={-1} icon={<Icon name="note" size={14} />}>{t("rule.edit")}</Button>
            </Link>
            <Link to="/rules/new" search={{ sentence: rule.sentence }}>
              <Button size="small" tabIndex={-1} icon={<Icon name="copy" size={14} />}>{t("rule.similar")}</Button>
            </Link>
            <Button size="small" type="text" danger icon={<Icon name="trash" size={14} />} onClick={remove}>{t("rule.remove")}</Button>
          </span>
        )}
      </div>
      <p className={css.meta}>
        {t(`rules.${rule.trigger}`)} · {t("rule.version", { n: rule.version })} · {t("rule.created", { time: format.full(rule.created_at) })}
      </p>
    </header>
  );
}

function Said({ rule }: { rule: RuleDetail }) {
  const { t } = useTranslation();
  return (
    <section className={css.said}>
      <h2>{t("rule.sentence")}</h2>
      <p className={css.sentence}>{rule.sentence}</p>
      <h2>{t("rule.said")}</h2>
      <BothLanguages text={rule.said} />
    </section>
  );
}

export function RulePage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { id } = route.useParams();
  const { why } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const found = useQuery(ruleQuery(id));
  if (found.error instanceof ApiError && found.error.status === 404) return <Empty icon="rules" title={t("rule.missing")} hint={t("rule.missing_hint")} />;
  if (found.isError && !found.data) return <Failed error={found.error} retry={() => void found.refetch()} />;
  const rule = found.data;
  const see = (decision: string | undefined) => void navigate({ search: { why: decision }, replace: true, resetScroll: false });
  return (
    <div className={css.page}>
      <Link to="/rules" className={css.back}>
        <Icon name="back" size={14} />
        {t("rules.title")}
      </Link>
      {!rule && <Bones rows={10} label={t("common.loading")} />}
      {rule && (
        <>
          <Head rule={rule} />
          <div className={css.columns}>
            <div>
              <Said rule={rule} />
              <Versions rule={rule} />
              <Firings rule={rule} see={see} />
            </div>
            <div className={css.facts}>
              <dl>
                <Fact large label={t("rules.holding")}>{format.number(rule.holding)}</Fact>
                <Fact large label={t("rules.decided")}>{format.count(rule.decided_24h)}</Fact>
              </dl>
              {rule.action?.tag !== undefined && may("customers.read") && (
                <Link to="/customers" search={{ tag: rule.action.tag }}>{t("rule.holding_see")}</Link>
              )}
            </div>
          </div>
        </>
      )}
      <WhyDrawer decision={why} see={see} />
    </div>
  );
}
