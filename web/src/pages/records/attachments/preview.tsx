import { useQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { attachmentAddress, attachmentBytes } from "@/api/attachments";
import type { FileValue } from "@/api/types";
import { Failed } from "@/components/failed";
import { useFiles } from "@/i18n/files";
import { Icon } from "@/ui/icon";
import { Bones } from "@/ui/parts";
import css from "./attachments.module.css";
import { kindOf, textOf } from "@/ui/media";
import { sizeOf } from "./size";

/** How much of a long text is shown. */
const text_bytes = 1024 * 1024;

/** An address for the bytes, for as long as they are shown. The type is the server's, so that nothing is run. */
function useAddress(blob: Blob, mediaType: string): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([blob], { type: mediaType }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob, mediaType]);
  return address;
}

function TextShown({ blob, name }: { blob: Blob; name: string }) {
  const { i18n } = useTranslation();
  const f = useFiles();
  const [text, setText] = useState<string | null>(null);
  useEffect(() => {
    let live = true;
    void blob.slice(0, text_bytes).arrayBuffer().then((bytes) => live && setText(textOf(bytes)));
    return () => {
      live = false;
    };
  }, [blob]);
  return (
    <>
      <div className={css.text} role="region" aria-label={name} tabIndex={0}>{text}</div>
      {blob.size > text_bytes && <p className={css.note}>{f("cut", { size: sizeOf(text_bytes, i18n.language) })}</p>}
    </>
  );
}

function Shown({ file, blob }: { file: FileValue; blob: Blob }) {
  const f = useFiles();
  const [failed, setFailed] = useState(false);
  const address = useAddress(blob, file.media_type);
  const kind = kindOf(file.media_type);
  const fail = () => setFailed(true);
  const unseen = <p className={css.note}>{f("unseen")}</p>;
  if (file.bytes === 0) return <p className={css.note}>{f("empty")}</p>;
  if (failed) return <p className={css.note}>{f("failed")}</p>;
  if (address === null) return null;
  if (kind === "image") return <img className={css.image} src={address} alt={file.name} onError={fail} />;
  if (kind === "text") return <TextShown blob={blob} name={file.name} />;
  // The browser's own viewer, a process apart; in a sandboxed frame browsers show no PDF.
  if (kind === "pdf") return <object className={css.frame} data={address} type="application/pdf" aria-label={file.name}>{unseen}</object>;
  if (kind === "audio") return <audio className={css.media} controls src={address} aria-label={file.name} onError={fail} />;
  if (kind === "video") return <video className={css.media} controls src={address} aria-label={file.name} onError={fail} />;
  return unseen;
}

/** A file in a dialog. It is opened once, which is noted, and kept by nobody. */
export function Preview({ object, record, file, close }: { object: string; record: string; file: FileValue; close: () => void }) {
  const { t, i18n } = useTranslation();
  const f = useFiles();
  const bytes = useQuery({
    queryKey: ["attachment", file.id],
    queryFn: ({ signal }) => attachmentBytes(object, record, file.id, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return (
    <Modal open onCancel={close} title={<span className={css.title}>{file.name}</span>} footer={null} width={880} centered destroyOnHidden>
      <div className={css.preview}>
        {bytes.isPending && <Bones rows={8} label={t("common.loading")} />}
        {bytes.isError && <Failed error={bytes.error} retry={() => void bytes.refetch()} />}
        {bytes.data && <Shown file={file} blob={bytes.data} />}
        <footer>
          <span>{sizeOf(file.bytes, i18n.language)}</span>
          <span>{f("noted")}</span>
          <Button size="small" href={attachmentAddress(object, record, file.id)} download={file.name} icon={<Icon name="download" size={14} />}>{f("download_short")}</Button>
        </footer>
      </div>
    </Modal>
  );
}
