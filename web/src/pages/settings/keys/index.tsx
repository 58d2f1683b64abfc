import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiKeysQuery, removeApiKey } from "@/api/people";
import type { ApiKey } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { Failed } from "@/components/failed";
import { useText } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Bones, Empty } from "@/ui/parts";
import { Head } from "../head";
import { Once, type Secret } from "../once";
import css from "../settings.module.css";
import { AddKey } from "./add";

function useRemove() {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const remove = useAct({ mutationFn: removeApiKey, onSuccess: () => cache.invalidateQueries({ queryKey: apiKeysQuery.queryKey }) });
  return (key: ApiKey) =>
    void modal.confirm({
      title: t("keys.remove_confirm", { name: key.name }),
      content: t("keys.remove_hint"),
      okText: t("keys.remove"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => remove.mutateAsync(key.id).catch(() => undefined),
    });
}

function Table({ keys }: { keys: readonly ApiKey[] }) {
  const { t } = useTranslation();
  const text = useText();
  const remove = useRemove();
  return (
    <div className={css.scroll}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t("settings.name")}</th>
            <th scope="col">{t("settings.role")}</th>
            <th scope="col">{t("settings.since")}</th>
            <th scope="col">{t("keys.used")}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id}>
              <th scope="row">{key.name}</th>
              <td>{text(key.role_name)}</td>
              <td><Ago time={key.created_at} /></td>
              <td><Ago time={key.used_at} /></td>
              <td><Button size="small" type="text" aria-label={`${t("keys.remove")} ${key.name}`} onClick={() => remove(key)}>{t("keys.remove")}</Button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function KeysPage() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const found = useQuery(apiKeysQuery);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<Secret | null>(null);
  const added = (name: string, text: string) => {
    setAdding(false);
    setSecret({ title: t("keys.made", { name }), hint: t("keys.once"), text });
    void cache.invalidateQueries({ queryKey: apiKeysQuery.queryKey });
  };
  return (
    <>
      <Head title={t("settings.keys")} lead={t("keys.lead")}>
        <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>{t("keys.add")}</Button>
      </Head>
      {found.isPending && <Bones rows={4} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <Empty icon="key" title={t("keys.empty")} hint={t("keys.empty_hint")} />}
      {found.data && found.data.items.length > 0 && <Table keys={found.data.items} />}
      <AddKey open={adding} close={() => setAdding(false)} added={added} />
      <Once secret={secret} close={() => setSecret(null)} />
    </>
  );
}
