import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { providersQuery, removeProvider, signInSettingsQuery } from "@/api/account";
import { rolesQuery } from "@/api/people";
import type { Provider } from "@/api/types";
import { useAct } from "@/components/act";
import { Failed } from "@/components/failed";
import { useText } from "@/components/language";
import { useDoor } from "@/i18n/door";
import { CopyButton } from "@/ui/copy";
import { Icon } from "@/ui/icon";
import { Bones, Quiet, Section } from "@/ui/parts";
import css from "../settings.module.css";
import { EditProvider } from "./edit-provider";

function Line({ one, edit }: { one: Provider; edit: () => void }) {
  const { t } = useTranslation();
  const d = useDoor();
  const text = useText();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const role = useQuery(rolesQuery).data?.items.find((each) => each.id === one.role);
  const remove = useAct({ mutationFn: removeProvider, onSuccess: () => cache.invalidateQueries({ queryKey: providersQuery.queryKey }) });
  const ask = () =>
    void modal.confirm({
      title: d("provider_remove_confirm", { name: one.label }),
      content: d("provider_remove_hint"),
      okText: d("provider_remove"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => remove.mutateAsync(one.id).catch(() => undefined),
    });
  const about = [one.issuer, one.role === null ? d("provider_known") : d("provider_role", { role: role ? text(role.name) : one.role }), ...one.domains];
  return (
    <li className={css.device}>
      <div>
        <strong>{one.label}</strong>
        <span className={css.soft}>{about.join(" · ")}</span>
      </div>
      <Button size="small" aria-label={`${d("provider_change")} ${one.label}`} onClick={edit}>{d("provider_change")}</Button>
      <Button size="small" aria-label={`${d("provider_remove")} ${one.label}`} onClick={ask}>{d("provider_remove")}</Button>
    </li>
  );
}

/** Identity providers by which people sign in. */
export function Providers() {
  const { t } = useTranslation();
  const d = useDoor();
  const cache = useQueryClient();
  const address = useQuery(signInSettingsQuery).data?.address;
  const found = useQuery(providersQuery);
  const [editing, setEditing] = useState<Provider | "new" | null>(null);
  const redirect = useRef<HTMLElement>(null);
  const saved = () => {
    setEditing(null);
    void cache.invalidateQueries({ queryKey: providersQuery.queryKey });
  };
  return (
    <Section title={d("providers")} icon="profile" aside={<Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setEditing("new")}>{d("provider_add")}</Button>}>
      <p className={css.lead}>{d("providers_lead")}</p>
      {address === null && <p className={css.once}>{d("providers_address")}</p>}
      {address && (
        <>
          <p className={css.soft}>{d("provider_redirect")}</p>
          <p className={css.secret}>
            <code ref={redirect}>{`${address}/sign-in/callback`}</code>
            <CopyButton from={redirect} />
          </p>
        </>
      )}
      {found.isPending && <Bones rows={2} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <Quiet>{d("providers_none")}</Quiet>}
      {found.data && <ul>{found.data.items.map((one) => <Line key={one.id} one={one} edit={() => setEditing(one)} />)}</ul>}
      {editing !== null && <EditProvider provider={editing === "new" ? null : editing} close={() => setEditing(null)} saved={saved} />}
    </Section>
  );
}
