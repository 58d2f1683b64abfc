import { type KeyboardEvent, useEffect, useEffectEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SearchPage, SearchPart } from "@/api/types";
import { useProblem } from "@/components/failed";
import { Icon } from "@/ui/icon";
import { Avatar, Kbd } from "@/ui/parts";
import { type Command, pick, step } from "./commands";
import css from "./palette.module.css";
import { useCommands } from "./use-commands";
import { useFound, useObject, useOpened } from "./use-found";

/** How long is waited for the next letter before the server is asked. */
const settle_ms = 60;
const longest = 100;

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), settle_ms);
    return () => window.clearTimeout(timer);
  }, [value]);
  return settled;
}

function Parts({ parts }: { parts: readonly SearchPart[] }) {
  // A part may come twice: its place is what it is.
  return parts.map((part, place) => (part.hit ? <mark key={place}>{part.text}</mark> : <span key={place}>{part.text}</span>));
}

function Shown({ item }: { item: Command }) {
  return (
    <>
      <span className={css.sign}>{item.icon ? <Icon name={item.icon} size={15} /> : <Avatar name={item.label} size={22} />}</span>
      <span className={css.text}>
        <span className={css.label}>{item.parts && item.parts.length > 0 ? <Parts parts={item.parts} /> : item.label}</span>
        {item.detail && (
          <span className={css.detail}>
            {item.detail.label}
            {item.detail.parts.length > 0 && <i><Parts parts={item.detail.parts} /></i>}
          </span>
        )}
      </span>
    </>
  );
}

type ListProps = { id: string; items: Command[]; at: number; point: (place: number) => void; choose: (command: Command) => void };

function Options({ id, items, at, point, choose }: ListProps) {
  const { t } = useTranslation();
  const objectOf = useObject();
  const heading = (group: string) => (group === "go" || group === "act" || group === "recent" ? t(`palette.${group}`) : objectOf(group).several);
  return (
    <div className={css.list} role="listbox" id={id} aria-label={t("palette.label")}>
      {items.map((item, place) => (
        <div key={item.id} role="presentation">
          {items[place - 1]?.group !== item.group && <div className={css.group} role="presentation">{heading(item.group)}</div>}
          <div
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === at}
            tabIndex={-1}
            className={css.option}
            data-more={item.stays}
            onMouseMove={() => point(place)}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(item);
            }}
          >
            <Shown item={item} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** What is to be said of an answer that may lack something. */
function Lacking({ page }: { page: SearchPage | undefined }) {
  const { t } = useTranslation();
  if (!page || (page.index === "ready" && page.complete)) return null;
  return <p className={css.lacking} role="status">{t(page.index === "ready" ? "palette.incomplete" : `palette.${page.index}`)}</p>;
}

/** The one search: everything that one may see, where one may go, and how things look. */
export function Palette({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const problem = useProblem();
  const objectOf = useObject();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const [scope, setScope] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const query = typed.trim();
  const settled = useSettled(query);
  const found = useFound(settled, scope, (object) => {
    setScope(object);
    setAt(0);
    input.current?.focus();
  });
  const opened = useOpened(query === "" && scope === null);
  const commands = useCommands();
  const others = scope === null ? pick(commands, query) : [];
  const items = query === "" ? [...(scope === null ? opened : []), ...others] : [...found.commands, ...others];
  const place = Math.min(at, Math.max(0, items.length - 1));
  const isWaiting = query !== "" && (found.isWaiting || settled !== query);

  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    // In braces: some browsers return a promise here, which is no clean-up.
    void document.getElementById(`${id}-${place}`)?.scrollIntoView({ block: "nearest" });
  }, [id, place]);

  const choose = (command: Command) => {
    if (!command.stays) close();
    command.run();
  };
  // What is shown until the answer comes is of an earlier word: Enter waits for it.
  const [entered, setEntered] = useState(false);
  const enter = useEffectEvent(() => {
    setEntered(false);
    const chosen = items[place];
    if (chosen) choose(chosen);
  });
  useEffect(() => {
    if (entered && !isWaiting) enter();
  }, [entered, isWaiting]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt(step(place, event.key === "ArrowDown" ? 1 : -1, items.length));
    }
    if (event.key === "Backspace" && typed === "") setScope(null);
    if (event.key === "Enter") setEntered(true);
  };

  return (
    <dialog ref={dialog} className={css.dialog} aria-label={t("palette.label")} onClose={close} onMouseDown={(event) => event.target === dialog.current && close()}>
      <div className={css.box}>
        <div className={css.field}>
          <Icon name="search" size={17} />
          {scope !== null && (
            <button type="button" className={css.scope} aria-label={t("palette.everywhere")} title={t("palette.everywhere")} onClick={() => setScope(null)}>
              {t("palette.within", { object: objectOf(scope).several })}
              <Icon name="close" size={12} />
            </button>
          )}
          <input
            ref={input}
            autoFocus
            role="combobox"
            aria-expanded="true"
            aria-controls={id}
            aria-activedescendant={items.length > 0 ? `${id}-${place}` : undefined}
            aria-label={t("palette.placeholder")}
            placeholder={t("palette.placeholder")}
            maxLength={longest}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setAt(0);
              setEntered(false);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        {items.length > 0 && <Options id={id} items={items} at={place} point={setAt} choose={choose} />}
        {isWaiting && items.length === 0 && <p className={css.none}>{t("common.loading")}</p>}
        {found.error && <p className={css.none} role="alert">{problem(found.error)}</p>}
        {!isWaiting && !found.error && items.length === 0 && (
          <p className={css.none}>
            {query !== "" && <strong>{t("palette.empty", { q: query })}</strong>}
            {query === "" ? t("palette.tips") : t("palette.empty_hint")}
          </p>
        )}
        <Lacking page={found.page} />
        {query === "" && items.length > 0 && <p className={css.tips}>{t("palette.tips")}</p>}
        <footer className={css.foot}>
          <span><Kbd>↑</Kbd> <Kbd>↓</Kbd> {t("palette.hint_move")}</span>
          <span><Kbd>↵</Kbd> {t("palette.hint_open")}</span>
          <span><Kbd>esc</Kbd> {t("palette.hint_close")}</span>
        </footer>
      </div>
    </dialog>
  );
}
