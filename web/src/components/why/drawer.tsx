import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { decisionQuery } from "@/api/customers";
import type { DecisionDetail } from "@/api/types";
import { Bones, Chip, Quiet } from "@/ui/parts";
import { EventLine } from "../event-line";
import { Failed } from "../failed";
import { useFormat, useLabel, useText } from "../language";
import { useOutcome } from "./outcome";
import { Values } from "./values";
import css from "./why.module.css";

type Props = { decision: string | undefined; see: (decision: string | undefined) => void };

function State({ decision, see }: { decision: DecisionDetail; see: Props["see"] }) {
  const { t } = useTranslation();
  const corrects = decision.corrects;
  return (
    <>
      {decision.superseded && (
        <div className={css.notice}>
          <strong>{t("why.superseded")}</strong>
          {t("why.superseded_hint")}
        </div>
      )}
      {corrects !== null && (
        <div className={css.notice}>
          {t("why.corrects")}
          <Button type="link" size="small" onClick={() => see(corrects)}>
            {t("why.corrects_see")}
          </Button>
        </div>
      )}
    </>
  );
}

function When({ decision }: { decision: DecisionDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <p className={css.when}>
      <Chip>{t(`why.reason.${decision.reason}`)}</Chip>
      {decision.history && <Chip>{t("why.history")}</Chip>}
      <span>{t("why.as_of")} {format.full(decision.as_of)}</span>
      <span>{t("why.decided")} {format.full(decision.at)}</span>
    </p>
  );
}

function Body({ decision, see }: { decision: DecisionDetail; see: Props["see"] }) {
  const { t } = useTranslation();
  const text = useText();
  const sentence = useLabel();
  const outcome = useOutcome();
  return (
    <div className={css.body}>
      <p className={css.outcome}>{outcome(decision)}</p>
      <p className={css.sentence}>{sentence(decision.why)}</p>
      <When decision={decision} />
      <State decision={decision} see={see} />
      <h3>{t("why.values")}</h3>
      <Values values={decision.values} />
      <h3>{t("why.rule")}</h3>
      <blockquote className={css.said}>
        {decision.sentence !== "" && <p className={css.typed}>{decision.sentence}</p>}
        {text(decision.said)}
        <footer>
          <Link to="/rules/$id" params={{ id: decision.rule.id }} search={{}}>{decision.rule.name}</Link>
          <span>{t("why.version", { n: decision.rule.version })}</span>
        </footer>
      </blockquote>
      <h3>{t("why.evidence")}</h3>
      {decision.evidence.length === 0 && <Quiet>{t("why.no_evidence")}</Quiet>}
      <ul>
        {decision.evidence.map((item) => (
          <li key={item.event}><EventLine item={item} /></li>
        ))}
      </ul>
      <p className={css.link}>
        <Link to="/customers/$id" params={{ id: decision.customer.id }} search={{}}>
          {t("why.open_customer")}{decision.customer.name && ` · ${decision.customer.name}`}
        </Link>
      </p>
    </div>
  );
}

/** Why a decision was made: the sentence, the values, the rule, the events. */
export function WhyDrawer({ decision, see }: Props) {
  const { t } = useTranslation();
  const found = useQuery({ ...decisionQuery(decision ?? ""), enabled: decision !== undefined });
  return (
    <Drawer open={decision !== undefined} onClose={() => see(undefined)} title={t("why.title")} size="min(520px, 100vw)" destroyOnHidden classNames={{ body: css.drawer ?? "" }}>
      {found.isPending && <Bones rows={9} label={t("common.loading")} />}
      {found.isError && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && <Body decision={found.data} see={see} />}
    </Drawer>
  );
}
