import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { beginPasskeySignIn, departTo, signInWithPasskey } from "@/api/account";
import { ApiError } from "@/api/http";
import { sessionQuery } from "@/api/session";
import type { Session } from "@/api/types";
import { useProblem } from "@/components/failed";
import { useDoor } from "@/i18n/door";
import { Icon } from "@/ui/icon";
import { canPasskey, showPasskey } from "@/util/passkey";
import { keepNext } from "./next";
import css from "./sign-in.module.css";

/** Ways in that need no password. */
export function Others({ enter, next }: { enter: (session: Session) => void; next: string | undefined }) {
  const d = useDoor();
  const problem = useProblem();
  const providers = useQuery(sessionQuery).data?.providers ?? [];
  const show = useMutation({
    mutationFn: async () => signInWithPasskey(await showPasskey((await beginPasskeySignIn()).options)),
    onSuccess: enter,
  });
  const depart = useMutation({
    mutationFn: departTo,
    onSuccess: ({ url }) => {
      keepNext(next);
      window.location.assign(url);
    },
  });
  if (!canPasskey() && providers.length === 0) return null;
  const wrong = show.isError ? (show.error instanceof ApiError ? problem(show.error) : d("passkey_cancelled")) : depart.isError ? problem(depart.error) : null;
  return (
    <div className={css.others}>
      <p className={css.or}>{d("or")}</p>
      {canPasskey() && <Button block size="large" icon={<Icon name="key" />} loading={show.isPending} onClick={() => show.mutate()}>{d("passkey_sign_in")}</Button>}
      {providers.map((one) => (
        <Button key={one.id} block size="large" icon={<Icon name="profile" />} loading={depart.isPending && depart.variables === one.id} onClick={() => depart.mutate(one.id)}>{d("provider_sign_in", { label: one.label })}</Button>
      ))}
      {wrong !== null && <p role="alert" className={css.wrong}>{wrong}</p>}
    </div>
  );
}
