import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { accountQuery } from "@/api/account";
import { askWho, sessionQuery } from "@/api/session";
import { useSignOut } from "@/components/sign-out";
import { useDoor } from "@/i18n/door";
import { Entry } from "@/layouts/entry";
import { AddPasskey } from "@/pages/settings/account/passkeys";
import { SetUp } from "@/pages/settings/account/set-up";
import { Icon } from "@/ui/icon";
import { canPasskey } from "@/util/passkey";
import css from "./second-factor.module.css";

/** Where one is kept who has yet to show a second factor that the workspace wants. */
export function SecondFactorPage() {
  const { t } = useTranslation();
  const d = useDoor();
  const cache = useQueryClient();
  const user = useQuery(sessionQuery).data?.user;
  const account = useQuery({ ...accountQuery, enabled: user !== null }).data;
  const signOut = useSignOut();
  const [doing, setDoing] = useState<"passkey" | "app" | null>(null);
  const has = account !== undefined && (account.authenticator !== null || account.passkeys.length > 0);
  const done = () => {
    setDoing(null);
    void askWho(cache);
  };
  if (!user) return <Entry title={t("sign_in.title")} lead=""><Link to="/sign-in" search={{}}>{t("sign_in.title")}</Link></Entry>;
  if (!user.second_factor_wanted) return <Entry title={d("wanted_title")} lead=""><Link to="/">{d("go_on")}</Link></Entry>;
  return (
    <Entry title={d("wanted_title")} lead={has ? d("wanted_anew") : d("wanted_lead")}>
      <div className={css.ways}>
        {!has && canPasskey() && <Button block size="large" icon={<Icon name="key" />} onClick={() => setDoing("passkey")}>{d("passkey_add")}</Button>}
        {!has && account?.password && <Button block size="large" icon={<Icon name="device" />} onClick={() => setDoing("app")}>{d("authenticator_add")}</Button>}
        <Button block type="text" onClick={() => signOut.mutate()}>{d("wanted_out")}</Button>
      </div>
      <AddPasskey open={doing === "passkey"} close={() => setDoing(null)} asks={account?.password ?? true} added={done} />
      <SetUp open={doing === "app"} close={() => setDoing(null)} done={done} />
    </Entry>
  );
}
