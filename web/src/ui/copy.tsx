import { Button } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./icon";
import css from "./copy.module.css";

export function CopyButton({ text, primary = false }: { text: string; primary?: boolean }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => setDone(false), 1_600);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () => void navigator.clipboard.writeText(text).then(() => setDone(true));
  return (
    <Button size="small" type={primary ? "primary" : "default"} icon={<Icon name={done ? "check" : "copy"} size={14} />} onClick={copy}>
      {done ? t("common.copied") : t("common.copy")}
    </Button>
  );
}

/** A block of text to take away, such as a command. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <figure className={css.code} aria-label={label}>
      <pre>{text}</pre>
      <span className={css.copy}>
        <CopyButton text={text} />
      </span>
    </figure>
  );
}
