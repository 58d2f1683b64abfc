import { useTranslation } from "react-i18next";
import type { RuleDetail } from "@/api/types";
import { useFormat, useText } from "@/components/language";
import { Quiet } from "@/ui/parts";
import css from "../rules.module.css";

/** What the rule said before, newest first. */
export function Versions({ rule }: { rule: RuleDetail }) {
  const { t } = useTranslation();
  const text = useText();
  const format = useFormat();
  if (rule.versions.length < 2) return null;
  return (
    <section className={css.versions}>
      <h2>{t("rule.versions")}</h2>
      <Quiet>{t("rule.versions_hint")}</Quiet>
      <ol>
        {rule.versions.map((version) => (
          <li key={version.version}>
            <p>
              <strong>{t("rule.version", { n: version.version })}</strong>
              <time dateTime={version.at}>{format.full(version.at)}</time>
            </p>
            <p className={css.sentence}>{version.sentence}</p>
            <small>{text(version.said)}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}
