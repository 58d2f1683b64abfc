import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { renewSourceKey } from "@/api/events";
import type { Source } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { useFormat } from "@/components/language";
import { useMay } from "@/components/rights";
import { Icon } from "@/ui/icon";
import { Quiet, Section } from "@/ui/parts";
import { AddSource } from "./add-source";
import css from "./events.module.css";
import { KeyOnce, type SourceKey } from "./key-once";

function useRenew(show: (key: SourceKey) => void) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const renew = useAct<Source, { key: string }>({ mutationFn: (source) => renewSourceKey(source.id), onSuccess: ({ key }, source) => show({ name: source.name, key }) });
  return (source: Source) =>
    void modal.confirm({
      title: t("events.source_renew_confirm", { name: source.name }),
      content: t("events.source_renew_hint"),
      okText: t("events.source_renew"),
      cancelText: t("common.cancel"),
      icon: null,
      onOk: () => renew.mutateAsync(source).catch(() => undefined),
    });
}

function Line({ source, renew }: { source: Source; renew: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMay();
  return (
    <tr>
      <th scope="row">{source.name}</th>
      <td>{format.number(source.accepted)}</td>
      <td>{format.number(source.duplicates)}</td>
      <td data-bad={source.rejected > 0}>{format.number(source.rejected)}</td>
      <td><Ago time={source.last_at} /></td>
      <td>
        {may("sources.write") && <Button size="small" type="text" aria-label={`${t("events.source_renew")} ${source.name}`} title={t("events.source_renew")} icon={<Icon name="key" size={14} />} onClick={renew} />}
      </td>
    </tr>
  );
}

export function Sources({ sources }: { sources: readonly Source[] }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const [key, setKey] = useState<SourceKey | null>(null);
  const renew = useRenew(setKey);
  const added = (made: SourceKey) => {
    setAdding(false);
    setKey(made);
    void cache.invalidateQueries({ queryKey: ["events", "summary"] });
  };
  const add = (
    <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
      {t("events.source_add")}
    </Button>
  );
  return (
    <Section title={t("events.sources")} icon="device" aside={may("sources.write") && add}>
      {sources.length === 0 ? (
        <Quiet>{t("events.source_empty")}</Quiet>
      ) : (
        <div className={css.scroll}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t("events.source_name")}</th>
                <th scope="col">{t("events.accepted")}</th>
                <th scope="col">{t("events.duplicates")}</th>
                <th scope="col">{t("events.rejected")}</th>
                <th scope="col">{t("events.last_at")}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {sources.map((source) => (
                <Line key={source.id} source={source} renew={() => renew(source)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <AddSource open={adding} close={() => setAdding(false)} added={added} />
      <KeyOnce made={key} close={() => setKey(null)} />
    </Section>
  );
}
