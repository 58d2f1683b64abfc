import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Original } from "@/api/types";
import { Icon } from "@/ui/icon";
import css from "./original.module.css";

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

/** An address for the bytes, for as long as they are shown. */
function useBlobUrl(original: Original): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (original.base64 === null) return;
    const made = URL.createObjectURL(new Blob([bytesOf(original.base64)], { type: original.media_type }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [original]);
  return url;
}

export function Content({ original }: { original: Original }) {
  const { t } = useTranslation();
  const url = useBlobUrl(original);
  if (original.text !== null) return <p className={css.text}>{original.text || t("original.empty")}</p>;
  if (url === null) return <p className={css.text}>{t("original.empty")}</p>;
  const name = original.name ?? "original";
  if (/^image\/(png|jpeg|gif|webp)$/.test(original.media_type)) return <img className={css.image} src={url} alt={name} />;
  if (original.media_type.startsWith("audio/")) return <audio className={css.audio} controls src={url} />;
  return (
    <a className={css.file} href={url} download={name}>
      <Icon name="download" size={14} />
      {t("original.download")} {name}
    </a>
  );
}
