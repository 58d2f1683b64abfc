import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { changeSignInSettings, signInSettingsQuery } from "@/api/account";
import { Failed, useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { Field } from "@/ui/field";
import { Bones, Section } from "@/ui/parts";
import css from "../settings.module.css";

function AddressForm({ address }: { address: string | null }) {
  const d = useDoor();
  const problem = useProblem();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const [text, setText] = useState(address ?? window.location.origin);
  const save = useMutation({
    mutationFn: changeSignInSettings,
    onSuccess: (saved) => {
      cache.setQueryData(signInSettingsQuery.queryKey, saved);
      void message.success(d("address_saved"));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ address: text });
  };
  return (
    <form className={css.form} onSubmit={submit}>
      <Field label={d("address_label")} hint={d("address_hint")} error={save.isError ? problem(save.error) : undefined}>
        {(id, note) => <Input id={id} aria-describedby={note} inputMode="url" value={text} onChange={(event) => setText(event.target.value)} />}
      </Field>
      <Button htmlType="submit" loading={save.isPending} disabled={text === address}>{d("address_save")}</Button>
    </form>
  );
}

/** Where colleagues open the workspace. */
export function Address() {
  const { t } = useTranslation();
  const d = useDoor();
  const found = useQuery(signInSettingsQuery);
  return (
    <Section title={d("address")} icon="web">
      <p className={css.lead}>{d("address_lead")}</p>
      {found.isPending && <Bones rows={2} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && <AddressForm key={found.data.address} address={found.data.address} />}
    </Section>
  );
}
