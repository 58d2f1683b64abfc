import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useProblem } from "@/components/failed";
import { useMay } from "@/components/rights";
import { Icon } from "@/ui/icon";
import { Avatar, Kbd } from "@/ui/parts";
import { type Command, pick, step } from "./commands";
import css from "./palette.module.css";
import { useCommands } from "./use-commands";
import { foundCustomersQuery } from "./found";

type ListProps = { id: string; items: Command[]; at: number; point: (place: number) => void; choose: (command: Command) => void };

function Options({ id, items, at, point, choose }: ListProps) {
  const { t } = useTranslation();
  return (
    <div className={css.list} role="listbox" id={id} aria-label={t("palette.label")}>
      {items.map((item, place) => (
        <div key={item.id}>
          {items[place - 1]?.group !== item.group && <div className={css.group}>{t(`palette.${item.group}`)}</div>}
          <div
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === at}
            tabIndex={-1}
            className={css.option}
            onMouseMove={() => point(place)}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(item);
            }}
          >
            {item.group === "customers" ? <Avatar name={item.label === t("common.unnamed") ? null : item.label} size={22} /> : <Icon name={item.group === "go" ? "arrow" : "spark"} size={15} />}
            <span className={css.label}>{item.label}</span>
            {item.hint && <span className={css.hint}>{item.hint}</span>}
          </div>
        </div>
      ))}
    </div>
  );
}

/** ⌘K: find a customer, go to a page, change how things look. */
export function Palette({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const problem = useProblem();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const query = typed.trim();
  const may = useMay();
  const found = useQuery(foundCustomersQuery(may("customers.read") ? query : ""));
  const commands = useCommands(found.data?.items ?? []);
  const items = pick(commands, query);
  const place = Math.min(at, Math.max(0, items.length - 1));

  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    // In braces: some browsers return a promise here, which is no clean-up.
    void document.getElementById(`${id}-${place}`)?.scrollIntoView({ block: "nearest" });
  }, [id, place]);

  const choose = (command: Command) => {
    close();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt(step(place, event.key === "ArrowDown" ? 1 : -1, items.length));
    }
    const chosen = items[place];
    if (event.key === "Enter" && chosen) choose(chosen);
  };

  return (
    <dialog ref={dialog} className={css.dialog} aria-label={t("palette.label")} onClose={close} onMouseDown={(event) => event.target === dialog.current && close()}>
      <div className={css.box}>
        <div className={css.field}>
          <Icon name="search" size={17} />
          <input
            autoFocus
            role="combobox"
            aria-expanded="true"
            aria-controls={id}
            aria-activedescendant={items.length > 0 ? `${id}-${place}` : undefined}
            aria-label={t("palette.placeholder")}
            placeholder={t("palette.placeholder")}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        {items.length > 0 && <Options id={id} items={items} at={place} point={setAt} choose={choose} />}
        {found.isLoading && items.length === 0 && <p className={css.none}>{t("common.loading")}</p>}
        {found.isError && <p className={css.none} role="alert">{problem(found.error)}</p>}
        {!found.isLoading && !found.isError && items.length === 0 && <p className={css.none}>{t("palette.empty", { q: query })}</p>}
        <footer className={css.foot}>
          <span><Kbd>↑</Kbd> <Kbd>↓</Kbd> {t("palette.hint_move")}</span>
          <span><Kbd>↵</Kbd> {t("palette.hint_open")}</span>
          <span><Kbd>esc</Kbd> {t("palette.hint_close")}</span>
        </footer>
      </div>
    </dialog>
  );
}
