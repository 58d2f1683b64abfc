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
  const { any, all, also } = conditions;
  const chips = (list: readonly Is[], put: (list: Is[]) => void) =>
    list.map((is, place) => {
      const field = fields.find((each) => each.name === is.field);
      if (!field) return null;
      const said = say(field, is, labels);
      return (
        <span key={`${is.field} ${is.op} ${JSON.stringify(is.value)}`} className={css.chip}>
          <ConditionEditor fields={fields.filter((each) => each === field || isPlain(each))} labels={labels} start={is} take={(next) => put(list.map((known, at) => (at === place ? next : known)))}>
            <button type="button">{said}</button>
          </ConditionEditor>
          <button type="button" aria-label={`${t("filter.remove")} ${said}`} onClick={() => put(list.filter((_, at) => at !== place))}>
            <Icon name="close" size={12} />
          </button>
        </span>
      );
    });
  return (
    <div className={css.bar} role="group" aria-label={t("filter.title")}>
      {all.length > 1 && <Segmented size="small" value={any ? "any" : "all"} options={[{ value: "all", label: t("filter.all") }, { value: "any", label: t("filter.any") }]} onChange={(next) => change({ any: next === "any", all, also })} />}
      {chips(all, (next) => change({ ...conditions, all: next }))}
      {also.length > 0 && <small className={css.also}>{t("filter.also")}</small>}
      {chips(also, (next) => change({ ...conditions, also: next }))}
      <ConditionEditor fields={fields.filter(isPlain)} labels={labels} start={null} take={(is) => change({ ...conditions, all: [...all, is] })}>
        <Button size="small" type="dashed" icon={<Icon name="plus" size={13} />}>{t("filter.add")}</Button>
      </ConditionEditor>
    </div>
  );
}
