import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Modal } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { accountQuery, type Proof, removeAuthenticator, renewRecoveryCodes } from "@/api/account";
import { Ago } from "@/components/ago";
import { useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { Field } from "@/ui/field";
import { Icon } from "@/ui/icon";
import { Quiet, Section } from "@/ui/parts";
import css from "../settings.module.css";
import { Codes, SetUp } from "./set-up";

type ProveProps<T> = { title: string; act: (proof: Proof) => Promise<T>; done: (answer: T) => void; close: () => void };

/** Asks for the password or a code before something is done. */
function Prove<T>({ title, act, done, close }: ProveProps<T>) {
  const { t } = useTranslation();
  const d = useDoor();
  const problem = useProblem();
  const [proof, setProof] = useState({ password: "", code: "" });
  const prove = useMutation({ mutationFn: act, onSuccess: done });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    prove.mutate(proof.code === "" ? { password: proof.password } : { code: proof.code });
  };
  return (
    <Modal open onCancel={close} title={title} footer={null} width={440}>
      <form onSubmit={submit}>
        <p className={css.lead}>{d("prove")}</p>
        <Field label={d("prove_password")}>
          {(id) => <Input.Password id={id} autoComplete="current-password" autoFocus value={proof.password} onChange={(event) => setProof({ ...proof, password: event.target.value })} />}
        </Field>
        <Field label={d("prove_code")} error={prove.isError ? problem(prove.error) : undefined}>
          {(id, note) => <Input id={id} aria-describedby={note} autoComplete="one-time-code" maxLength={24} value={proof.code} onChange={(event) => setProof({ ...proof, code: event.target.value })} />}
        </Field>
        <div className={css.buttons}>
          <Button onClick={close}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" disabled={proof.password === "" && proof.code === ""} loading={prove.isPending}>{d("confirm")}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** One's authenticator app: set up, its recovery codes renewed, turned off. */
export function Authenticator() {
  const d = useDoor();
  const { message } = App.useApp();
  const cache = useQueryClient();
  const account = useQuery(accountQuery).data;
  const [doing, setDoing] = useState<"set_up" | "renew" | "off" | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const anew = () => {
    setDoing(null);
    void cache.invalidateQueries({ queryKey: accountQuery.queryKey });
  };
  if (!account?.password) return null; // it goes with a password
  const one = account.authenticator;
  return (
    <Section title={d("authenticator")} icon="device" aside={!one && <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setDoing("set_up")}>{d("authenticator_add")}</Button>}>
      <p className={css.lead}>{d("authenticator_lead")}</p>
      {!one && <Quiet>{d("authenticator_off")}</Quiet>}
      {one && (
        <div className={css.device}>
          <div>
            <strong>{d("authenticator_on")}</strong>
            <span className={css.soft}>{d("authenticator_since")} <Ago time={one.created_at} /> · {d("codes_left", { count: one.recovery_codes })}</span>
          </div>
          <Button size="small" onClick={() => setDoing("renew")}>{d("renew")}</Button>
          <Button size="small" onClick={() => setDoing("off")}>{d("off")}</Button>
        </div>
      )}
      <SetUp open={doing === "set_up"} close={() => setDoing(null)} done={anew} />
      {doing === "renew" && (
        <Prove
          title={d("renew")}
          act={renewRecoveryCodes}
          close={() => setDoing(null)}
          done={(made) => {
            setCodes(made.codes);
            anew();
          }}
        />
      )}
      {doing === "off" && (
        <Prove
          title={d("off")}
          act={removeAuthenticator}
          close={() => setDoing(null)}
          done={() => {
            void message.success(d("turned_off"));
            anew();
          }}
        />
      )}
      <Modal open={codes !== null} onCancel={() => setCodes(null)} mask={{ closable: false }} title={d("codes_title")} footer={null} width={440}>
        {codes && <Codes codes={codes} close={() => setCodes(null)} />}
      </Modal>
    </Section>
  );
}
