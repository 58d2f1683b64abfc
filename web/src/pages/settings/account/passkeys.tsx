import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { accountQuery, addPasskey, beginPasskey, removePasskey } from "@/api/account";
import { ApiError } from "@/api/http";
import type { Passkey } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { Failed, useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { Field } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Bones, Quiet, Section } from "@/ui/parts";
import { canPasskey, makePasskey } from "@/util/passkey";
import css from "../settings.module.css";

type AddProps = { open: boolean; close: () => void; asks: boolean; added: () => void };

export function AddPasskey({ open, close, asks, added }: AddProps) {
  const { t } = useTranslation();
  const d = useDoor();
  const problem = useProblem();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const add = useMutation({
    mutationFn: async () => addPasskey({ name, credential: await makePasskey((await beginPasskey(password)).options) }),
    onSuccess: () => {
      setName("");
      setPassword("");
      added();
    },
  });
  const at = add.error instanceof ApiError ? add.error.field : undefined;
  const said = add.isError ? (add.error instanceof ApiError ? problem(add.error) : d("passkey_not_made")) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Modal open={open} onCancel={close} title={d("passkey_add")} footer={null} destroyOnHidden width={440}>
      <form onSubmit={submit}>
        <Field label={d("passkey_name")} hint={d("passkey_name_hint")} error={at !== "password" ? said : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} autoFocus required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {asks && (
          <Field label={d("your_password")} error={at === "password" ? said : undefined}>
            {(id, note) => <Input.Password id={id} aria-describedby={note} required autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
          </Field>
        )}
        <div className={css.buttons}>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={add.isPending}>{d("passkey_create")}</Button>
        </div>
      </form>
    </Modal>
  );
}

function Line({ one }: { one: Passkey }) {
  const { t } = useTranslation();
  const d = useDoor();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const remove = useAct({ mutationFn: removePasskey, onSuccess: () => cache.invalidateQueries({ queryKey: accountQuery.queryKey }) });
  const ask = () =>
    void modal.confirm({
      title: d("passkey_remove_confirm", { name: one.name }),
      content: d("passkey_remove_hint"),
      okText: d("passkey_remove"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => remove.mutateAsync(one.id).catch(() => undefined),
    });
  return (
    <li className={css.device}>
      <div>
        <strong>{one.name}</strong>
        <span className={css.soft}>
          {d("passkey_site", { site: one.site })} · {t("settings.since")} <Ago time={one.created_at} /> · {t("settings.seen")} <Ago time={one.used_at} />
        </span>
      </div>
      <Button size="small" aria-label={`${d("passkey_remove")} ${one.name}`} onClick={ask}>{d("passkey_remove")}</Button>
    </li>
  );
}

/** One's passkeys: each can be removed, and another added. */
export function Passkeys() {
  const { t } = useTranslation();
  const d = useDoor();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const found = useQuery(accountQuery);
  const [adding, setAdding] = useState(false);
  const added = () => {
    setAdding(false);
    void message.success(d("passkey_added"));
    void cache.invalidateQueries({ queryKey: accountQuery.queryKey });
  };
  const add = canPasskey() && <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>{d("passkey_add")}</Button>;
  return (
    <Section title={d("passkeys")} icon="key" aside={add}>
      <p className={css.lead}>{canPasskey() ? d("passkeys_lead") : d("passkeys_unable")}</p>
      {found.isPending && <Bones rows={2} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data?.passkeys.length === 0 && <Quiet>{d("passkeys_none")}</Quiet>}
      {found.data && <ul>{found.data.passkeys.map((one) => <Line key={one.id} one={one} />)}</ul>}
      <AddPasskey open={adding} close={() => setAdding(false)} asks={found.data?.password ?? true} added={added} />
    </Section>
  );
}
