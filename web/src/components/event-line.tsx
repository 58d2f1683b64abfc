import { Link } from "@tanstack/react-router";
import type { TimelineItem } from "@/api/types";
import { Moment } from "./ago";
import { KindIcon } from "./kind-icon";
import { useFormat, useGist, useLabel } from "./language";
import css from "./event-line.module.css";

/** One event in one line. */
export function EventLine({ item, time = "full", link = false }: { item: TimelineItem; time?: "full" | "moment"; link?: boolean }) {
  const gist = useGist();
  const label = useLabel();
  const format = useFormat();
  const body = (
    <>
      <KindIcon kind={item.kind} size={24} />
      <span className={css.label}>{label(item.label)}</span>
      <span className={css.summary}>{gist(item)}</span>
      <span className={css.time}>{time === "full" ? <time dateTime={item.time}>{format.full(item.time)}</time> : <Moment time={item.time} />}</span>
    </>
  );
  if (!link) return <div className={css.line}>{body}</div>;
  return (
    <Link className={css.line} to="/customers/$id" params={{ id: item.customer }} search={{}} preload={false}>
      {body}
    </Link>
  );
}
