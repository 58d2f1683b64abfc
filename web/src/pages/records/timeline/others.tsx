import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { objectsQuery } from "@/api/objects";
import type { Decision, Related, TimelineItem } from "@/api/types";
import { Ago } from "@/components/ago";
import { KindIcon } from "@/components/kind-icon";
import { useGist, useLabel, useText } from "@/components/language";
import { useOutcome } from "@/components/why/outcome";
import { useTalk } from "@/i18n/talk";
import { Icon, iconNamed } from "@/ui/icon";
import css from "./timeline.module.css";

/** A record that was made and leads here. */
export function RelatedEntry({ at, related }: { at: string; related: Related }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const text = useText();
  const label = useLabel();
  const object = useQuery(objectsQuery).data?.items.find((each) => each.name === related.object);
  const by = related.by === "local" ? t("audit.local") : related.by;
  return (
    <article className={css.entry}>
      <span className={css.icon}><Icon name={iconNamed(object?.icon ?? "note")} size={14} /></span>
      <div>
        <header>
          <strong>{by}</strong> <span>{talk("added", { object: object ? text(object.label) : related.object })}</span>
          <Ago time={at} />
        </header>
        <Link to="/o/$object/$id" params={{ object: related.object, id: related.id }} search={{}} aria-label={object && `${label(object.label)}: ${related.title ?? t("records.untitled")}`}>
          {related.title ?? t("records.untitled")}
        </Link>
      </div>
    </article>
  );
}

/** Something that happened to the record's customer. */
export function EventEntry({ event }: { event: TimelineItem }) {
  const gist = useGist();
  const label = useLabel();
  return (
    <article className={css.entry}>
      <KindIcon kind={event.kind} size={26} />
      <div>
        <header>
          <strong>{label(event.label)}</strong>
          <Ago time={event.time} />
        </header>
        <Link to="/customers/$id" params={{ id: event.customer }} search={{}} preload={false}>{gist(event) || label(event.label)}</Link>
      </div>
    </article>
  );
}

/** Something that was decided about the record's customer. */
export function DecisionEntry({ decision }: { decision: Decision }) {
  const label = useLabel();
  const outcome = useOutcome();
  return (
    <article className={css.entry} data-past={decision.superseded}>
      <span className={css.icon}><Icon name="spark" size={14} /></span>
      <div>
        <header>
          <strong>{outcome(decision)}</strong>
          <Ago time={decision.at} />
        </header>
        <Link to="/customers/$id" params={{ id: decision.customer.id }} search={{ why: decision.id }} preload={false}>{label(decision.why)}</Link>
      </div>
    </article>
  );
}
