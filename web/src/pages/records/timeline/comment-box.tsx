import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Mentions } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readersQuery } from "@/api/talk";
import { useTalk } from "@/i18n/talk";
import { calledIn, kept, type Named } from "./mentions";
import css from "./timeline.module.css";

type Props = {
  object: string;
  id: string;
  start?: { draft: string; named: Named };
  label: string;
  submit: string;
  busy: boolean;
  /** Called with the text as it is kept; `clear` empties the box once it is there. */
  send: (text: string, clear: () => void) => void;
  cancel?: () => void;
};

/** Where a comment is written: `@` offers those who may see the record, Ctrl+Enter sends. */
export function CommentBox({ object, id, start, label, submit, busy, send, cancel }: Props) {
  const { t } = useTranslation();
  const talk = useTalk();
  const [draft, setDraft] = useState(start?.draft ?? "");
  const [named, setNamed] = useState<Named>(start?.named ?? {});
  const [asked, setAsked] = useState<string | null>(null);
  const found = useQuery({ ...readersQuery(object, id, asked ?? ""), enabled: asked !== null, placeholderData: keepPreviousData });
  const members = found.data?.items ?? [];
  const name = (called: string | undefined) => {
    const chosen = members.find((member) => calledIn(members, member) === called);
    if (chosen && called !== undefined) setNamed((now) => ({ ...now, [called]: chosen.id }));
  };
  const isEmpty = draft.trim() === "";
  const done = () => {
    if (isEmpty || busy) return;
    send(kept(draft.trim(), named), () => {
      setDraft("");
      setNamed({});
    });
  };
  return (
    <div
      className={css.box}
      role="presentation"
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          done();
        }
        // What was begun is not lost with the panel around it.
        if (event.key === "Escape" && (cancel || !isEmpty)) {
          event.stopPropagation();
          cancel?.();
        }
      }}
    >
      <Mentions
        aria-label={label}
        placeholder={talk("hint")}
        autoSize={{ minRows: 2, maxRows: 10 }}
        maxLength={5_000}
        value={draft}
        autoFocus={cancel !== undefined}
        filterOption={false}
        options={members.map((member) => ({ key: member.id, value: calledIn(members, member), label: member.name }))}
        notFoundContent={found.isFetching ? t("common.loading") : talk("nobody")}
        onSearch={(typed) => setAsked(typed)}
        onSelect={({ value }) => name(value)}
        onChange={setDraft}
      />
      <div className={css.buttons}>
        <small>{talk("keys")}</small>
        {cancel && <Button size="small" onClick={cancel}>{t("common.cancel")}</Button>}
        <Button size="small" type="primary" loading={busy} disabled={isEmpty} onClick={done}>{submit}</Button>
      </div>
    </div>
  );
}
