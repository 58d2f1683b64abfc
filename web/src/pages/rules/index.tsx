import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Switch } from "antd";
import { useTranslation } from "react-i18next";
import { rulesQuery } from "@/api/rules";
import type { Rule } from "@/api/types";
import { Failed } from "@/components/failed";
import { useFormat } from "@/components/language";
import { useMay } from "@/components/rights";
import { useOutcome } from "@/components/why/outcome";
import { SentenceList } from "@/editors/term/view/suggestions";
import { Icon } from "@/ui/icon";
import { Bones, Chip, Empty } from "@/ui/parts";
import css from "./rules.module.css";
import { useSwitch } from "./use-switch";

function RuleLine({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  const format = useFormat();
  const outcome = useOutcome();
  const turn = useSwitch();
  const may = useMay();
  const what = rule.action && outcome({ outcome: rule.action.do, name: rule.action.tag ?? rule.action.title ?? rule.name });
  return (
    <li className={css.rule} data-on={rule.on}>
      <Switch size="small" checked={rule.on} disabled={!may("rules.write")} aria-label={t("rules.on_label", { name: rule.name })} onChange={(on) => turn.mutate({ rule, on })} />
      <Link to="/rules/$id" params={{ id: rule.id }} search={{}} className={css.words}>
        <strong>{rule.name}</strong>
        <span>{rule.sentence}</span>
      </Link>
      <span className={css.what}>{what && <Chip tone={rule.on ? "teal" : "plain"}>{what}</Chip>}</span>
      <dl className={css.numbers}>
        <div><dt>{t("rules.holding")}</dt><dd>{format.number(rule.holding)}</dd></div>
        <div><dt>{t("rules.decided")}</dt><dd>{format.count(rule.decided_24h)}</dd></div>
      </dl>
    </li>
  );
}

function NoRules() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay();
  return (
    <Empty icon="rules" title={t("rules.empty")} hint={t("rules.empty_hint")}>
      {may("rules.write") && <div className={css.examples}>
        <SentenceList label={t("editor.examples")} sentences={t("editor.example_list", { returnObjects: true })} use={(sentence) => void navigate({ to: "/rules/new", search: { sentence } })} />
      </div>}
    </Empty>
  );
}

export function RulesPage() {
  const { t } = useTranslation();
  const found = useQuery(rulesQuery);
  const may = useMay();
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div>
          <h1 className={css.title}>{t("rules.title")}</h1>
          <p className={css.lead}>{t("rules.lead")}</p>
        </div>
        {may("rules.write") && (
          <Link to="/rules/new" search={{}}>
            <Button type="primary" icon={<Icon name="plus" size={15} />} tabIndex={-1}>{t("rules.add")}</Button>
          </Link>
        )}
      </header>
      {found.isPending && <Bones rows={8} label={t("common.loading")} />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <NoRules />}
      <ul className={css.list}>
        {found.data?.items.map((rule) => (
          <RuleLine key={rule.id} rule={rule} />
        ))}
      </ul>
    </div>
  );
}
