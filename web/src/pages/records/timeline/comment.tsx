import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeComment, removeComment } from "@/api/talk";
import type { Comment } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { useTalk } from "@/i18n/talk";
import { Icon } from "@/ui/icon";
import { Avatar } from "@/ui/parts";
import { CommentBox } from "./comment-box";
import { draftOf, partsOf } from "./mentions";
import css from "./timeline.module.css";

/** A comment; its author changes it, and they or an owner remove it. */
export function CommentEntry({ object, id, comment }: { object: string; id: string; comment: Comment }) {
  const { t } = useTranslation();
  const talk = useTalk();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const [editing, setEditing] = useState(false);
  const renew = () => cache.invalidateQueries({ queryKey: ["record", object, id, "timeline"] });
  const change = useAct({ mutationFn: (text: string) => changeComment(comment.id, text), onSuccess: () => renew().then(() => setEditing(false)) });
  const remove = useAct({ mutationFn: () => removeComment(comment.id), onSuccess: renew });
  const by = comment.by === "local" ? t("audit.local") : comment.by;
  const ask = () =>
    void modal.confirm({
      title: talk("remove_confirm"),
      content: talk("remove_hint"),
      okText: talk("remove"),
      okButtonProps: { danger: true },
      cancelText: t("common.cancel"),
      icon: null,
      onOk: () => remove.mutateAsync(undefined).catch(() => undefined),
    });
  return (
    <article className={css.comment}>
      <Avatar name={by} size={26} />
      <div>
        <header>
          <strong>{by}</strong> <span>{talk("commented")}</span>
          {comment.changed_at !== null && <small>{talk("edited")}</small>}
          <Ago time={comment.at} />
        </header>
        {editing ? (
          <CommentBox
            object={object}
            id={id}
            start={draftOf(comment.text ?? "", comment.mentions)}
            label={talk("edit")}
            submit={talk("save")}
            busy={change.isPending}
            send={(text) => change.mutate(text)}
            cancel={() => setEditing(false)}
          />
        ) : comment.text === null ? (
          <p className={css.soft}>{talk("erased")}</p>
        ) : (
          <p className={css.text}>{partsOf(comment.text, comment.mentions).map((part, place) => (part.mention ? <mark key={place}>{part.text}</mark> : part.text))}</p>
        )}
        {!editing && (comment.writable || comment.removable) && (
          <div className={css.acts}>
            {comment.writable && <Button size="small" type="text" aria-label={talk("edit")} title={talk("edit")} icon={<Icon name="note" size={14} />} onClick={() => setEditing(true)} />}
            {comment.removable && <Button size="small" type="text" aria-label={talk("remove")} title={talk("remove")} icon={<Icon name="trash" size={14} />} onClick={ask} />}
          </div>
        )}
      </div>
    </article>
  );
}
