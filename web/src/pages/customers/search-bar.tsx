import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerFilter } from "@/api/customers";
import { Icon } from "@/ui/icon";
import { isTyping } from "@/util/keys";
import css from "./customers.module.css";

const wait_ms = 180;

type Props = { q: string; tag: string | undefined; change: (filter: CustomerFilter) => void };

function useSlashFocus(input: React.RefObject<HTMLInputElement | null>) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [input]);
}

export function SearchBar({ q, tag, change }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const composing = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [typed, setTyped] = useState(q);
  const [focused, setFocused] = useState(false);
  const [settled, setSettled] = useState(q);
  if (settled !== q) {
    setSettled(q);
    if (!focused) setTyped(q);
  }
  useSlashFocus(input);
  const send = (value: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => change({ q: value.trim() || undefined, tag }), wait_ms);
  };
  return (
    <div className={css.search}>
      <Icon name="search" size={16} />
      <input
        ref={input}
        type="search"
        aria-label={t("customers.search_label")}
        placeholder={t("customers.search")}
        value={typed}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onCompositionStart={() => (composing.current = true)}
        onCompositionEnd={(event) => {
          composing.current = false;
          send(event.currentTarget.value);
        }}
        onChange={(event) => {
          setTyped(event.target.value);
          if (!composing.current) send(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
      {tag !== undefined && (
        <button type="button" className={css.filter} aria-label={t("customers.tag_clear")} title={t("customers.tag_filter", { tag })} onClick={() => change({ q: q || undefined })}>
          {tag}
          <Icon name="close" size={12} />
        </button>
      )}
    </div>
  );
}
