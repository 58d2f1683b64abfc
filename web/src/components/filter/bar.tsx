import { Button, Segmented } from "antd";
import { useTranslation } from "react-i18next";
import type { Field, Is, Labels } from "@/api/types";
import { isPlain } from "../fields";
import { Icon } from "@/ui/icon";
import { ConditionEditor, useSay } from "./condition";
import css from "./filter.module.css";
import type { Conditions } from "./model";

type Props = { fields: readonly Field[]; labels: Labels; conditions: Conditions; change: (conditions: Conditions) => void };

/** The conditions of a list, each to be changed or taken away by a click. */
export function FilterBar({ fields, labels, conditions, change }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const { any, all } = conditions;
  const put = (place: number, is: Is) => change({ any, all: all.map((known, at) => (at === place ? is : known)) });
  return (
    <div className={css.bar} role="group" aria-label={t("filter.title")}>
      {all.length > 1 && <Segmented size="small" value={any ? "any" : "all"} options={[{ value: "all", label: t("filter.all") }, { value: "any", label: t("filter.any") }]} onChange={(next) => change({ any: next === "any", all })} />}
      {all.map((is, place) => {
        const field = fields.find((each) => each.name === is.field);
        if (!field) return null;
        const said = say(field, is, labels);
        return (
          <span key={`${is.field} ${is.op} ${JSON.stringify(is.value)}`} className={css.chip}>
            <ConditionEditor fields={fields.filter((each) => each === field || isPlain(each))} labels={labels} start={is} take={(next) => put(place, next)}>
              <button type="button">{said}</button>
            </ConditionEditor>
            <button type="button" aria-label={`${t("filter.remove")} ${said}`} onClick={() => change({ any, all: all.filter((_, at) => at !== place) })}>
              <Icon name="close" size={12} />
            </button>
          </span>
        );
      })}
      <ConditionEditor fields={fields.filter(isPlain)} labels={labels} start={null} take={(is) => change({ any, all: [...all, is] })}>
        <Button size="small" type="dashed" icon={<Icon name="plus" size={13} />}>{t("filter.add")}</Button>
      </ConditionEditor>
    </div>
  );
}
