import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Switch } from "antd";
import { changeSignInSettings, signInSettingsQuery } from "@/api/account";
import { useAct } from "@/components/act";
import { useDoor } from "@/i18n/door";
import { Section } from "@/ui/parts";
import css from "../settings.module.css";

/** Whether a password is enough. */
export function Everyone() {
  const d = useDoor();
  const cache = useQueryClient();
  const settings = useQuery(signInSettingsQuery).data;
  const change = useAct({ mutationFn: changeSignInSettings, onSuccess: (saved) => cache.setQueryData(signInSettingsQuery.queryKey, saved) });
  return (
    <Section title={d("everyone")} icon="consent">
      <p className={css.lead}>{d("everyone_lead")}</p>
      <label className={css.switch}>
        <Switch disabled={!settings} loading={change.isPending} checked={settings?.second_factor ?? false} onChange={(on) => change.mutate({ second_factor: on })} />
        {d("everyone_label")}
      </label>
    </Section>
  );
}
