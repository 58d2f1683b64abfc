import { Button, Segmented } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Field, Filter, Labels, ObjectType } from "@/api/types";
import { Icon } from "@/ui/icon";
import { isPlain } from "../fields";
import { ConditionEditor, useSay } from "./condition";
import css from "./filter.module.css";
import { type Group, partsIn, relatedIn, treeOf } from "./model";
import { RelatedEditor, useSayRelated, useWays } from "./related";

/** How deep groups are put into one another here; the server takes a little more. */
const deepest = 3;

type Props = { object: string; fields: readonly Field[]; labels: Labels; group: Group; change: (group: Group) => void; depth?: number };

/** What a chip says, with a way to change it and one to take it away. */
function Chip({ said, remove, children }: { said: string; remove: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <span className={css.chip}>
      {children}
      <button type="button" aria-label={`${t("filter.remove")} ${said}`} onClick={remove}>
        <Icon name="close" size={12} />
      </button>
    </span>
  );
}

/** The conditions of a list, each to be changed or taken away by a click, and groups of them. */
export function FilterBar({ object, fields, labels, group, change, depth = 0 }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const sayRelated = useSayRelated(object);
  const ways = useWays(object);
  const { any, parts } = group;
  const inner = (target: ObjectType, filter: Filter, take: (filter: Filter) => void) => (
    <FilterBar object={target.name} fields={target.fields.filter((field) => !field.archived)} labels={labels} group={partsIn(filter)} change={(next) => take(treeOf(next) ?? { all: [] })} depth={depth + 1} />
  );
  const put = (place: number, part: Filter | undefined) => change({ any, parts: parts.flatMap((known, at) => (at === place ? (part ? [part] : []) : [known])) });
  const add = (part: Filter) => change({ any, parts: [...parts, part] });
  const shown = (part: Filter, place: number) => {
    const key = `${place} ${JSON.stringify(part)}`;
    // What cannot be edited here narrows the list all the same, and can be taken away.
    const other = (
      <Chip key={key} said={t("filter.other")} remove={() => put(place, undefined)}>
        <span>{t("filter.other")}</span>
      </Chip>
    );
    if ("is" in part) {
      const field = fields.find((each) => each.name === part.is.field);
      if (!field) return other;
      const said = say(field, part.is, labels);
      return (
        <Chip key={key} said={said} remove={() => put(place, undefined)}>
          <ConditionEditor fields={fields.filter((each) => each === field || isPlain(each))} labels={labels} start={part.is} take={(is) => put(place, { is })}>
            <button type="button">{said}</button>
          </ConditionEditor>
        </Chip>
      );
    }
    const related = relatedIn(part);
    if (related) {
      const said = sayRelated(related);
      if (said === null) return other;
      return (
        <Chip key={key} said={said} remove={() => put(place, undefined)}>
          <RelatedEditor object={object} start={related} inner={inner} take={(next) => put(place, next)}>
            <button type="button">{said}</button>
          </RelatedEditor>
        </Chip>
      );
    }
    if ("not" in part) return other;
    return (
      <span key={place} className={css.group}>
        <FilterBar object={object} fields={fields} labels={labels} group={partsIn(part)} change={(next) => put(place, next.parts.length === 0 ? undefined : treeOf(next))} depth={depth + 1} />
      </span>
    );
  };
  const last = parts.at(-1);
  return (
    <div className={css.bar} role="group" aria-label={t(depth === 0 ? "filter.title" : "filter.inner")}>
      {parts.length > 1 && <Segmented size="small" value={any ? "any" : "all"} options={[{ value: "all", label: t("filter.all") }, { value: "any", label: t("filter.any") }]} onChange={(next) => change({ any: next === "any", parts })} />}
      {parts.map(shown)}
      <ConditionEditor fields={fields.filter(isPlain)} labels={labels} start={null} take={(is) => add({ is })}>
        <Button size="small" type="dashed" icon={<Icon name="plus" size={13} />}>{t("filter.add")}</Button>
      </ConditionEditor>
      {ways.length > 0 && depth < deepest && (
        <RelatedEditor object={object} start={null} inner={inner} take={add}>
          <Button size="small" type="dashed" icon={<Icon name="plus" size={13} />}>{t("related.add")}</Button>
        </RelatedEditor>
      )}
      {last && parts.length > 1 && depth < deepest && <Button size="small" type="text" onClick={() => change({ any, parts: [...parts.slice(0, -1), any ? { all: [last] } : { any: [last] }] })} disabled={!("is" in last) && relatedIn(last) === null}>{t("filter.group_last")}</Button>}
    </div>
  );
}
