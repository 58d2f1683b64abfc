import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import { useText } from "@/components/language";
import { useTalk } from "@/i18n/talk";
import { Fact, Section } from "@/ui/parts";
import { Head } from "../head";
import css from "../settings.module.css";
import { Authenticator } from "./authenticator";
import { Passkeys } from "./passkeys";
import { NoticeChoices } from "./notices";
import { Password } from "./password";
import { Sessions } from "./sessions";

export function AccountPage() {
  const { t } = useTranslation();
  const talk = useTalk();
  const text = useText();
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user;
  return (
    <>
      <Head title={t("settings.account")} lead={t("settings.account_lead")} />
      {user && (
        <dl className={css.facts}>
          <Fact label={t("settings.name")}>{user.name}</Fact>
          <Fact label={t("settings.email")}>{user.email}</Fact>
          <Fact label={t("settings.role")}>{text(user.role)}</Fact>
        </dl>
      )}
      <Section title={talk("notices.choices")} icon="bell">
        <NoticeChoices />
      </Section>
      <Section title={t("settings.sessions")} icon="device">
        <Sessions />
      </Section>
      <Passkeys />
      <Authenticator />
      <Section title={t("settings.password")} icon="lock">
        <Password />
      </Section>
    </>
  );
}
