import { Button, Modal } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { firstEvent } from "@/components/first-event";
import { useLanguage } from "@/components/language";
import { Code, CopyButton } from "@/ui/copy";
import css from "./events.module.css";

export type SourceKey = { name: string; key: string };

/** A new key, this one time, with a command that uses it. */
export function KeyOnce({ made, close }: { made: SourceKey | null; close: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const key = useRef<HTMLElement>(null);
  return (
    <Modal
      open={made !== null}
      onCancel={close}
      mask={{ closable: false }}
      title={made && t("events.key_title", { name: made.name })}
      width={600}
      destroyOnHidden
      footer={<Button type="primary" onClick={close}>{t("events.key_done")}</Button>}
    >
      {made && (
        <div className={css.key_once}>
          <p className={css.once}>{t("events.key_once")}</p>
          <p className={css.key}>
            <code ref={key}>{made.key}</code>
            <CopyButton from={key} primary />
          </p>
          <h3>{t("events.first")}</h3>
          <Code label={t("events.first")} text={firstEvent(language, made.name, made.key)} />
        </div>
      )}
    </Modal>
  );
}
