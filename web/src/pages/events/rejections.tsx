import { useTranslation } from "react-i18next";
import type { Rejection } from "@/api/types";
import { Ago } from "@/components/ago";
import { useText } from "@/components/language";
import { Quiet, Section } from "@/ui/parts";
import css from "./events.module.css";

export function Rejections({ rejections }: { rejections: readonly Rejection[] }) {
  const { t } = useTranslation();
  const text = useText();
  return (
    <Section title={t("events.rejections")} icon="close">
      <Quiet>{rejections.length === 0 ? t("events.rejections_empty") : t("events.rejections_hint")}</Quiet>
      {rejections.length > 0 && (
        <div className={css.scroll}>
          <table className={css.table} data-words="true">
            <thead>
              <tr>
                <th scope="col">{t("events.source")}</th>
                <th scope="col">{t("events.line")}</th>
                <th scope="col">{t("events.field")}</th>
                <th scope="col">{t("events.why")}</th>
                <th scope="col">{t("events.at")}</th>
              </tr>
            </thead>
            <tbody>
              {rejections.map((rejection, place) => (
                <tr key={`${rejection.at} ${place}`}>
                  <th scope="row">{rejection.source}</th>
                  <td>{rejection.line ?? "–"}</td>
                  <td><code>{rejection.field}</code></td>
                  <td>{text(rejection.message)}</td>
                  <td><Ago time={rejection.at} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}
