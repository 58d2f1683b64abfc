import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { peopleQuery, removeTeam, teamsQuery } from "@/api/people";
import type { Person, Team } from "@/api/types";
import { useAct } from "@/components/act";
import { Failed } from "@/components/failed";
import { Icon } from "@/ui/icon";
import { Avatar, Bones, Empty } from "@/ui/parts";
import { Head } from "../head";
import css from "../settings.module.css";
import { EditTeam } from "./edit";
import own from "./teams.module.css";
import { type Placed, placed } from "./tree";

const named = 6;

function Members({ members }: { members: readonly Person[] }) {
  const { t } = useTranslation();
  if (members.length === 0) return <span className={css.soft}>{t("teams.nobody")}</span>;
  return (
    <ul className={own.members}>
      {members.slice(0, named).map((person) => (
        <li key={person.id} data-past={!person.active} title={person.name}>
          <Avatar name={person.name} size={22} />
          <span>{person.name}</span>
        </li>
      ))}
      {members.length > named && <li className={css.soft} title={members.slice(named).map((person) => person.name).join(", ")}>{t("teams.more", { n: members.length - named })}</li>}
    </ul>
  );
}

type LineProps = { placed: Placed; members: readonly Person[]; edit: () => void; remove: () => void };

function Line({ placed: { team, depth }, members, edit, remove }: LineProps) {
  const { t } = useTranslation();
  return (
    <tr>
      <th scope="row">
        <span className={own.name} style={{ paddingInlineStart: `calc(${depth} * var(--indent))` }}>
          {depth > 0 && <span className={own.part} aria-hidden="true" />}
          {team.name}
        </span>
      </th>
      <td className={own.count}>{t("teams.count", { count: members.length })}</td>
      <td><Members members={members} /></td>
      <td>
        <Button size="small" type="text" aria-label={t("teams.edit_label", { name: team.name })} icon={<Icon name="note" size={14} />} onClick={edit} />
        <Button size="small" type="text" aria-label={t("teams.remove_label", { name: team.name })} icon={<Icon name="trash" size={14} />} onClick={remove} />
      </td>
    </tr>
  );
}

/** The teams of the workspace: who works together, and what is part of what. */
export function TeamsPage() {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const cache = useQueryClient();
  const found = useQuery(teamsQuery);
  const people = useQuery(peopleQuery);
  const [editing, setEditing] = useState<Team | "new" | null>(null);
  const removing = useAct<string, unknown>({ mutationFn: removeTeam, onSettled: () => cache.invalidateQueries({ queryKey: teamsQuery.queryKey }) });
  const teams = found.data?.items ?? [];
  const known = new Map(people.data?.items.map((person) => [person.id, person]));
  const remove = (team: Team) =>
    void modal.confirm({
      title: t("teams.remove_confirm", { name: team.name }),
      content: t("teams.remove_hint"),
      okText: t("teams.remove"),
      cancelText: t("common.cancel"),
      okButtonProps: { danger: true },
      icon: null,
      onOk: () => removing.mutateAsync(team.id).catch(() => undefined),
    });
  const add = <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setEditing("new")}>{t("teams.add")}</Button>;
  const failed = [found, people].find((query) => query.isError && !query.data);
  const is_here = found.data !== undefined && people.data !== undefined;
  return (
    <>
      <Head title={t("settings.teams")} lead={t("teams.lead")}>{teams.length > 0 && add}</Head>
      {failed ? <Failed error={failed.error} retry={() => void failed.refetch()} /> : !is_here && <Bones rows={6} label={t("common.loading")} />}
      {is_here && teams.length === 0 && <Empty icon="customers" title={t("teams.empty")} hint={t("teams.empty_hint")}>{add}</Empty>}
      {is_here && teams.length > 0 && (
        <div className={css.scroll}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t("teams.team")}</th>
                <th scope="col">{t("teams.people")}</th>
                <th scope="col">{t("teams.members")}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {placed(teams).map((each) => (
                <Line key={each.team.id} placed={each} members={each.team.members.flatMap((id) => known.get(id) ?? [])} edit={() => setEditing(each.team)} remove={() => remove(each.team)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {is_here && editing !== null && <EditTeam key={editing === "new" ? "new" : editing.id} team={editing === "new" ? null : editing} teams={teams} people={people.data.items} close={() => setEditing(null)} />}
    </>
  );
}
