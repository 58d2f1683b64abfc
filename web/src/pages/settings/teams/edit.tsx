import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Input, Modal, Select } from "antd";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/http";
import { addTeam, changeTeam, teamsQuery } from "@/api/people";
import type { Person, Team, TeamDraft } from "@/api/types";
import { useProblem } from "@/components/failed";
import { Field } from "@/ui/field";
import css from "./teams.module.css";
import { placed, within } from "./tree";

const offeredTeam = ({ label, data }: { label?: ReactNode; data: { depth: number } }) => <span style={{ paddingInlineStart: data.depth * 16 }}>{label}</span>;

const offeredPerson = ({ label, data }: { label?: ReactNode; data: { email: string } }) => (
  <span className={css.option}>
    {label}
    <small>{data.email}</small>
  </span>
);

type Props = { team: Team | null; teams: readonly Team[]; people: readonly Person[]; close: () => void };

/** A team, new or known: what it is called, what it is part of, who is in it. */
export function EditTeam({ team, teams, people, close }: Props) {
  const { t } = useTranslation();
  const problem = useProblem();
  const cache = useQueryClient();
  const [name, setName] = useState(team?.name ?? "");
  const [parent, setParent] = useState<string | null>(team?.parent ?? null);
  const [members, setMembers] = useState<string[]>(team?.members ?? []);
  const draft: TeamDraft = { name: name.trim(), parent, members };
  const save = useMutation({
    mutationFn: () => (team ? changeTeam(team.id, draft) : addTeam(draft)),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: teamsQuery.queryKey });
      close();
    },
  });
  const at = save.error instanceof ApiError ? save.error.field : null;
  const errorOf = (field: string) => (save.isError && at === field ? problem(save.error) : undefined);
  // No team is part of itself.
  const own = team ? within(teams, team.id) : new Set<string>();
  const above = placed(teams).filter((each) => !own.has(each.team.id));
  const candidates = people.filter((person) => person.active || members.includes(person.id));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Modal open onCancel={close} title={team ? t("teams.edit") : t("teams.add")} footer={null} width={480}>
      <form onSubmit={submit}>
        <Field label={t("settings.name")} error={errorOf("name")}>
          {(id, note) => <Input id={id} aria-describedby={note} autoFocus required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
        {above.length > 0 && (
          <Field label={t("teams.parent")} hint={t("teams.parent_hint")} error={errorOf("parent")}>
            {(id, note) => (
              <Select
                id={id}
                {...(note === undefined ? {} : { "aria-describedby": note })}
                style={{ width: "100%" }}
                allowClear
                placeholder={t("teams.top")}
                showSearch={{ optionFilterProp: "label" }}
                value={parent}
                options={above.map((each) => ({ value: each.team.id, label: each.team.name, depth: each.depth }))}
                optionRender={offeredTeam}
                onChange={(next: string | null | undefined) => setParent(next ?? null)}
              />
            )}
          </Field>
        )}
        <Field label={t("teams.members")} hint={t("teams.members_hint")} error={errorOf("members")}>
          {(id, note) => (
            <Select
              id={id}
              {...(note === undefined ? {} : { "aria-describedby": note })}
              style={{ width: "100%" }}
              mode="multiple"
              placeholder={t("teams.members_find")}
              showSearch={{ filterOption: (typed, option) => `${option?.label} ${option?.email}`.toLowerCase().includes(typed.toLowerCase()) }}
              value={members}
              options={candidates.map((person) => ({ value: person.id, label: person.name, email: person.email }))}
              optionRender={offeredPerson}
              onChange={setMembers}
            />
          )}
        </Field>
        {save.isError && !["name", "parent", "members"].includes(at ?? "") && <p role="alert" style={{ color: "var(--red)", marginBottom: 12 }}>{problem(save.error)}</p>}
        <Button block type="primary" htmlType="submit" loading={save.isPending}>{t(team ? "teams.save" : "teams.create")}</Button>
      </form>
    </Modal>
  );
}
