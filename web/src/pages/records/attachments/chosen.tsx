import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useFiles } from "@/i18n/files";
import { Icon } from "@/ui/icon";
import css from "./attachments.module.css";
import { Choose } from "./parts";
import { sizeOf } from "./size";

type Props = { id: string; name: string; files: readonly File[]; change: (files: File[]) => void };

/** Files chosen for a record that is not there yet. */
export function ChosenFiles({ id, name, files, change }: Props) {
  const { i18n } = useTranslation();
  const f = useFiles();
  return (
    <div className={css.field} role="group" aria-label={name} id={id}>
      {files.length > 0 && (
        <ul aria-label={name}>
          {files.map((file, place) => (
            <li key={place}>
              <span className={css.icon}><Icon name="clip" size={16} /></span>
              <div className={css.what}>
                <span className={css.name} title={file.name}>{file.name}</span>
                <small>{sizeOf(file.size, i18n.language)}</small>
              </div>
              <Button size="small" type="text" aria-label={f("leave_out", { name: file.name })} icon={<Icon name="close" size={14} />} onClick={() => change(files.filter((_, other) => other !== place))} />
            </li>
          ))}
        </ul>
      )}
      <Choose label={f("choose")} name={f("choose_into", { name })} take={(more) => change([...files, ...more])} />
      {files.length > 0 && <small className={css.note}>{f("chosen_hint")}</small>}
    </div>
  );
}
