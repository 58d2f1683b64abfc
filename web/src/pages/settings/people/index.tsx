import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { resetSecondFactor } from "@/api/account";
import { changePerson, peopleQuery, seeAs } from "@/api/people";
import { startAnew } from "@/components/anew";
import { sessionQuery } from "@/api/session";
import type { NewInvitation, Person, PersonChange } from "@/api/types";
import { useAct } from "@/components/act";
import { Ago } from "@/components/ago";
import { Failed } from "@/components/failed";
import { useText } from "@/components/language";
import { useDoor } from "@/i18n/door";
import { Icon } from "@/ui/icon";
import { Avatar, Bones, Chip } from "@/ui/parts";
import { Head } from "../head";
import { Once, type Secret } from "../once";
import { RoleSelect } from "../role-select";
import css from "../settings.module.css";
import { Invitations } from "./invitations";
import { Invite } from "./invite";

function useChange() {
  const cache = useQueryClient();
  return useAct<{ id: string; change: PersonChange }, Person>({
    mutationFn: ({ id, change }) => changePerson(id, change),
    onSuccess: (person) => cache.setQueryData(peopleQuery.queryKey, (old) => old && { items: old.items.map((one) => (one.id === person.id ? { ...person, seen_at: one.seen_at } : one)) }),
  });
}

function Line({ person, oneself }: { person: Person; oneself: boolean }) {
  const { t } = useTranslation();
  const text = useText();
  const { modal } = App.useApp();
  const change = useChange();
  const cache = useQueryClient();
  const look = useAct({ mutationFn: seeAs, onSuccess: () => startAnew("/") });
  const d = useDoor();
  const reset = useAct({ mutationFn: resetSecondFactor, onSuccess: () => cache.invalidateQueries({ queryKey: peopleQuery.queryKey }) });
  const lost = () =>
    void modal.confirm({
      title: d("reset_confirm", { name: person.name }),
      content: d("reset_hint"),
      okText: d("reset"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => reset.mutateAsync(person.id).catch(() => undefined),
    });
  const set = (what: PersonChange) => change.mutateAsync({ id: person.id, change: what }).catch(() => undefined);
  const end = () =>
    void modal.confirm({
      title: t("people.end_confirm", { name: person.name }),
      content: t("people.end_hint"),
      okText: t("people.end"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => set({ active: false }),
    });
  return (
    <tr data-past={!person.active}>
      <th scope="row">
        <span className={css.who}>
          <Avatar name={person.name} />
          <div>
            <strong>{person.name}</strong>
            <small>{person.email}</small>
          </div>
        </span>
      </th>
      <td>
        {oneself ? text(person.role_name) : <RoleSelect quiet value={person.role} label={t("people.role_of", { name: person.name })} disabled={!person.active} onChange={(role) => void set({ role })} />}
      </td>
      <td><Ago time={person.seen_at} /></td>
      <td>
        {oneself && <Chip tone="teal">{t("people.you")}</Chip>}
        {!oneself && person.second_factor && <Button size="small" type="text" aria-label={`${d("reset")} ${person.name}`} title={d("reset")} icon={<Icon name="unlock" size={15} />} onClick={lost} />}
        {!oneself && person.active && <Button size="small" type="text" aria-label={`${t("people.see_as")} ${person.name}`} title={t("people.see_as")} icon={<Icon name="eye" size={15} />} onClick={() => look.mutate(person.id)} />}
        {!oneself && person.active && <Button size="small" type="text" aria-label={`${t("people.end")} ${person.name}`} onClick={end}>{t("people.end")}</Button>}
        {!person.active && <Button size="small" aria-label={`${t("people.restore")} ${person.name}`} onClick={() => void set({ active: true })}>{t("people.restore")}</Button>}
      </td>
    </tr>
  );
}

export function PeoplePage() {
  const { t } = useTranslation();
  const d = useDoor();
  const text = useText();
  const cache = useQueryClient();
  const found = useQuery(peopleQuery);
  const me = useQuery({ ...sessionQuery, enabled: false }).data?.user?.id;
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<Secret | null>(null);
  const invited = ({ invitation, token, letter }: NewInvitation) => {
    setInviting(false);
    const said = letter && (letter.taken ? d("letter_taken", { email: invitation.email }) : d("letter_not", { why: letter.why ? text(letter.why) : "" }));
    setLink({ title: t("people.link_title", { email: invitation.email }), hint: [said, t("people.link_hint")].filter(Boolean).join(" "), text: `${window.location.origin}/join?token=${token}` });
    void cache.invalidateQueries({ queryKey: ["invitations"] });
  };
  return (
    <>
      <Head title={t("settings.people")} lead={t("people.lead")}>
        <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setInviting(true)}>{t("people.invite")}</Button>
      </Head>
      {found.isPending && <Bones rows={6} label={t("common.loading")} />}
      {found.isError && !found.data && <Failed error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <div className={css.scroll}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t("settings.name")}</th>
                <th scope="col">{t("settings.role")}</th>
                <th scope="col">{t("people.seen")}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {found.data.items.map((person) => (
                <Line key={person.id} person={person} oneself={person.id === me} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Invitations />
      <Invite open={inviting} close={() => setInviting(false)} invited={invited} />
      <Once secret={link} close={() => setLink(null)} />
    </>
  );
}
