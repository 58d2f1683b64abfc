import { useTranslation } from "react-i18next";
import type { Truth, Value } from "@/api/types";
import { Icon, type IconName } from "@/ui/icon";
import { Unseen } from "@/ui/parts";
import { useLabel, useText } from "../language";
import css from "./why.module.css";

const signs: Record<Truth, IconName> = { true: "check", false: "close", unknown: "question" };

/** What each condition wanted, and what was there. */
export function Values({ values }: { values: readonly Value[] }) {
  const { t } = useTranslation();
  const text = useText();
  const label = useLabel();
  if (values.length === 0) return null;
  return (
    <table className={css.values}>
      <thead>
        <tr>
          <th scope="col">{t("why.condition")}</th>
          <th scope="col">{t("why.wanted")}</th>
          <th scope="col">{t("why.value")}</th>
          <th scope="col"><Unseen>{t("why.truth.true")}</Unseen></th>
        </tr>
      </thead>
      <tbody>
        {values.map((value) => (
          <tr key={value.said.zh + value.wanted.zh} data-truth={value.truth}>
            <td>{label(value.said)}</td>
            <td className={css.wanted}>{text(value.wanted)}</td>
            <td className={css.actual}>{text(value.value)}</td>
            <td>
              <span className={css.truth} role="img" aria-label={t(`why.truth.${value.truth}`)} title={t(`why.truth.${value.truth}`)}>
                <Icon name={signs[value.truth]} size={13} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
