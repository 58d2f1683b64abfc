import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Tag } from "@/api/types";
import { Icon } from "@/ui/icon";
import { ChipButton, Quiet, Section } from "@/ui/parts";
import css from "./customer.module.css";

export function Tags({ tags, see, whyNot }: { tags: readonly Tag[]; see: (decision: string) => void; whyNot: () => void }) {
  const { t } = useTranslation();
  const ask = (
    <Button size="small" type="text" icon={<Icon name="why" size={14} />} onClick={whyNot}>
      {t("customer.why_not")}
    </Button>
  );
  return (
    <Section title={t("customer.tags")} icon="spark" aside={ask}>
      {tags.length === 0 && <Quiet>{t("customer.no_tags")}</Quiet>}
      <ul className={css.tags}>
        {tags.map((tag) => (
          <li key={tag.decision}>
            <ChipButton label={t("customer.tag_why", { tag: tag.tag })} onClick={() => see(tag.decision)}>
              {tag.tag}
              {tag.recomputing && <small className={css.recomputing}>{t("customer.recomputing")}</small>}
              <Icon name="why" size={13} />
            </ChipButton>
          </li>
        ))}
      </ul>
    </Section>
  );
}
