import { useMutation } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { signInWithCode } from "@/api/account";
import { ApiError } from "@/api/http";
import type { Session } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { Entry } from "@/layouts/entry";
import { Field } from "@/ui/field";
import css from "./sign-in.module.css";

type Props = { token: string; enter: (session: Session) => void; back: () => void };

/** The second step of signing in. */
export function Code({ token, enter, back }: Props) {
  const d = useDoor();
  const problem = useProblem();
  const [code, setCode] = useState("");
  const give = useMutation({ mutationFn: signInWithCode, onSuccess: enter });
  const over = give.error instanceof ApiError && give.error.code === "step_over";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    give.mutate({ token, code });
  };
  return (
    <Entry title={d("code_title")} lead={d("code_lead")}>
      <form onSubmit={submit}>
        <Field label={d("code")} error={give.isError ? problem(give.error) : undefined}>
          {(id, note) => <Input id={id} size="large" aria-describedby={note} autoComplete="one-time-code" autoFocus required maxLength={24} disabled={over} status={give.isError ? "error" : ""} value={code} onChange={(event) => setCode(event.target.value)} />}
        </Field>
        <Button block size="large" type="primary" htmlType="submit" loading={give.isPending} disabled={over}>{d("code_submit")}</Button>
        <p className={css.back}><Button type="link" size="small" onClick={back}>{d("code_back")}</Button></p>
      </form>
    </Entry>
  );
}
