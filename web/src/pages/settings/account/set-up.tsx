import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { type FormEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { beginAuthenticator, confirmAuthenticator } from "@/api/account";
import { useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { CopyButton } from "@/ui/copy";
import { Field } from "@/ui/field";
import { Qr } from "@/ui/qr";
import css from "../settings.module.css";

type Offer = { secret: string; uri: string };

function Password({ done }: { done: (offer: Offer) => void }) {
  const d = useDoor();
  const problem = useProblem();
  const [password, setPassword] = useState("");
  const begin = useMutation({ mutationFn: beginAuthenticator, onSuccess: done });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin.mutate(password);
  };
  return (
    <form onSubmit={submit}>
      <Field label={d("your_password")} error={begin.isError ? problem(begin.error) : undefined}>
        {(id, note) => <Input.Password id={id} aria-describedby={note} autoFocus required autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Button block type="primary" htmlType="submit" loading={begin.isPending}>{d("next")}</Button>
    </form>
  );
}

function Scan({ offer, done }: { offer: Offer; done: (codes: string[]) => void }) {
  const d = useDoor();
  const problem = useProblem();
  const [code, setCode] = useState("");
  const secret = useRef<HTMLElement>(null);
  const confirm = useMutation({ mutationFn: confirmAuthenticator, onSuccess: ({ codes }) => done(codes) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate(code);
  };
  return (
    <form onSubmit={submit}>
      <p className={css.lead}>{d("scan")}</p>
      <p className={css.picture}><Qr text={offer.uri} label={d("scan_picture")} /></p>
      <p className={css.secret}>
        <code ref={secret} title={d("scan_secret")}>{offer.secret}</code>
        <CopyButton from={secret} />
      </p>
      <Field label={d("scan_code")} error={confirm.isError ? problem(confirm.error) : undefined}>
        {(id, note) => <Input id={id} aria-describedby={note} required maxLength={10} inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.target.value)} />}
      </Field>
      <Button block type="primary" htmlType="submit" loading={confirm.isPending}>{d("scan_confirm")}</Button>
    </form>
  );
}

/** Recovery codes, this one time. */
export function Codes({ codes, close }: { codes: readonly string[]; close: () => void }) {
  const { t } = useTranslation();
  const d = useDoor();
  const shown = useRef<HTMLPreElement>(null);
  return (
    <>
      <p className={css.once}>{d("codes_hint")}</p>
      <div className={css.secret}>
        <pre ref={shown} className={css.codes}>{codes.join("\n")}</pre>
        <CopyButton from={shown} primary />
      </div>
      <p className={css.picture}><Button type="primary" onClick={close}>{t("settings.once_done")}</Button></p>
    </>
  );
}

/** Sets an authenticator app up: the password, the picture and a code, the recovery codes. */
export function SetUp({ open, close, done }: { open: boolean; close: () => void; done: () => void }) {
  const d = useDoor();
  const [offer, setOffer] = useState<Offer | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const end = () => {
    const finished = codes !== null;
    setOffer(null);
    setCodes(null);
    close();
    if (finished) done();
  };
  return (
    <Modal open={open} onCancel={end} mask={{ closable: false }} title={codes ? d("codes_title") : d("authenticator_add")} footer={null} destroyOnHidden width={440}>
      {codes ? <Codes codes={codes} close={end} /> : offer ? <Scan offer={offer} done={setCodes} /> : <Password done={setOffer} />}
    </Modal>
  );
}
