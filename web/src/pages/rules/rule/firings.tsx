import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Decision, RuleDetail } from "@/api/types";
import { Moment } from "@/components/ago";
import { useLabel } from "@/components/language";
import { useOutcome } from "@/components/why/outcome";
import { Avatar, Chip, Quiet } from "@/ui/parts";
import css from "./firings.module.css";

function Firing({ decision, fresh, see }: { decision: Decision; fresh: boolean; see: (id: string) => void }) {
  const { t } = useTranslation();
  const sentence = useLabel();
  const outcome = useOutcome();
  return (
    <li className={css.firing} data-fresh={fresh} data-past={decision.superseded}>
      <button type="button" onClick={() => see(decision.id)}>
        <Avatar name={decision.customer.name} size={30} />
        <span className={css.words}>
          <span className={css.who}>
            <strong>{decision.customer.name ?? t("common.unnamed")}</strong>
            {outcome(decision)}
            {decision.superseded && <Chip>{t("why.superseded")}</Chip>}
            {decision.history && <Chip>{t("why.history")}</Chip>}
          </span>
          <span className={css.why}>{sentence(decision.why)}</span>
        </span>
        <small><Moment time={decision.at} /></small>
      </button>
    </li>
  );
}

/** The rule's decisions, newest first; each new one appears as it is made. */
export function Firings({ rule, see }: { rule: RuleDetail; see: (decision: string) => void }) {
  const { t } = useTranslation();
  const [first] = useState(() => new Set(rule.decisions.map((decision) => decision.id)));
  return (
    <section className={css.firings}>
      <header>
        <h2>
          <i className={css.dot} data-on={rule.on} />
          {t("rule.live")}
        </h2>
        <Quiet>{rule.on ? t("rule.live_hint") : t("rule.live_off")}</Quiet>
      </header>
      {rule.decisions.length === 0 && <p className={css.none}>{rule.on ? t("rule.started") : t("rule.live_empty")}</p>}
      <ul aria-live="polite">
        {rule.decisions.map((decision) => (
          <Firing key={decision.id} decision={decision} fresh={!first.has(decision.id)} see={see} />
        ))}
      </ul>
    </section>
  );
}
