import { Button } from "antd";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon";
import css from "./copy.module.css";

type Done = "copied" | "selected";

const said_ms: Record<Done, number> = { copied: 1_600, selected: 6_000 };

/** Without TLS a browser gives no clipboard; then the text is selected, for the reader to copy. */
async function copyFrom(element: HTMLElement): Promise<Done> {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return "copied";
  } catch {
    window.getSelection()?.selectAllChildren(element);
    return "selected";
  }
}

/** Copies what `from` shows. */
export function CopyButton({ from, primary = false }: { from: RefObject<HTMLElement | null>; primary?: boolean }) {
  const { t } = useTranslation();
  const [done, setDone] = useState<Done | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), said_ms[done]);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => from.current && void copyFrom(from.current).then(setDone);
  return (
    <Button size="small" type={primary ? "primary" : "default"} icon={<Icon name={done === "copied" ? "check" : "copy"} size={14} />} onClick={copy}>
      {done === null ? t("common.copy") : t(`common.${done}`)}
    </Button>
  );
}

/** A block of text to take away, such as a command. */
export function Code({ text, label }: { text: string; label: string }) {
  const shown = useRef<HTMLPreElement>(null);
  return (
    <figure className={css.code} aria-label={label}>
      <pre ref={shown}>{text}</pre>
      <span className={css.copy}>
        <CopyButton from={shown} />
      </span>
    </figure>
  );
}
