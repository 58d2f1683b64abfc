import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Difference as DifferenceData } from "@/api/types";
import { useFormat } from "@/components/language";
import { Avatar, Chip, Fact } from "@/ui/parts";
import css from "./preview.module.css";

/** Who would gain and who would lose, were the rule to say this instead. */
export function Difference({ difference, stale }: { difference: DifferenceData; stale: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={css.difference} data-stale={stale} aria-live="polite" aria-label={t("editor.difference")}>
      <dl>
        <Fact label={t("editor.gains")}>{format.number(difference.gains)}</Fact>
        <Fact label={t("editor.loses")}>{format.number(difference.loses)}</Fact>
        <Fact label={t("editor.stays")}>{format.number(difference.stays)}</Fact>
      </dl>
      {difference.gains + difference.loses === 0 && <p className={css.nobody}>{t("editor.no_difference")}</p>}
      <ul>
        {difference.sample.map((each) => (
          <li key={`${each.customer} ${each.gains}`}>
            <Link to="/customers/$id" params={{ id: each.customer }} search={{}} target="_blank">
              <Avatar name={each.name} size={22} />
              {each.name ?? t("common.unnamed")}
            </Link>
            <Chip tone={each.gains ? "teal" : "red"}>{t(each.gains ? "editor.gain" : "editor.lose")}</Chip>
          </li>
        ))}
      </ul>
    </section>
  );
}
