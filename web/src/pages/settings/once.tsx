import { Button, Modal } from "antd";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "@/ui/copy";
import css from "./settings.module.css";

export type Secret = { title: string; hint: string; text: string };

/** What is shown this one time, to be taken away. */
export function Once({ secret, close }: { secret: Secret | null; close: () => void }) {
  const { t } = useTranslation();
  const shown = useRef<HTMLElement>(null);
  return (
    <Modal open={secret !== null} onCancel={close} mask={{ closable: false }} title={secret?.title} width={560} destroyOnHidden footer={<Button type="primary" onClick={close}>{t("settings.once_done")}</Button>}>
      <p className={css.once}>{secret?.hint}</p>
      <p className={css.secret}>
        <code ref={shown}>{secret?.text}</code>
        <CopyButton from={shown} primary />
      </p>
    </Modal>
  );
}
