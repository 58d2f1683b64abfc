import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { membersQuery } from "@/api/objects";
import { teamsQuery } from "@/api/people";
import { sharesQuery, shareRecord, unshareRecord } from "@/api/records";
import type { RecordRow, Share } from "@/api/types";
import { FailedLine, useProblem } from "@/components/failed";
import { useFormat } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Avatar } from "@/ui/parts";
import css from "./records.module.css";

type Wanted = { with: string; writes: boolean };

function useShares(object: string, id: string) {
  const cache = useQueryClient();
  const onSuccess = async (shares: { items: Share[] }) => {
    await cache.invalidateQueries({ queryKey: ["record", object, id] });
    cache.setQueryData(sharesQuery(object, id).queryKey, shares);
  };
  const set = useMutation({ mutationFn: (wanted: Wanted) => shareRecord(object, id, wanted), onSuccess });
  const end = useMutation({ mutationFn: (from: string) => unshareRecord(object, id, from), onSuccess });
  return { set, end };
}

/** Whether a record may be changed by those with whom it is shared. */
function Deed({ writes, label, change }: { writes: boolean; label: string; change: (writes: boolean) => void }) {
  const { t } = useTranslation();
  const options = [{ value: "sees", label: t("shares.sees") }, { value: "writes", label: t("shares.writes") }];
  return <Select size="small" variant="borderless" aria-label={label} style={{ width: 116 }} value={writes ? "writes" : "sees"} options={options} onChange={(next) => change(next === "writes")} />;
}

type LineProps = { share: Share; isTeam: boolean; set: ((writes: boolean) => void) | null; end: () => void };

function Line({ share, isTeam, set, end }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { name } = share;
  return (
    <li title={t("shares.by", { name: share.by === "local" ? t("audit.local") : share.by, time: format.full(share.at) })}>
      {isTeam ? <span className={css.team}><Icon name="customers" size={13} /></span> : <Avatar name={name} size={22} />}
      <strong>{name}</strong>
      {set ? <Deed writes={share.writes} label={t("shares.access_of", { name })} change={set} /> : <small>{t(share.writes ? "shares.writes" : "shares.sees")}</small>}
      {set && <Button size="small" type="text" aria-label={t("shares.remove", { name })} title={t("shares.remove", { name })} icon={<Icon name="close" size={13} />} onClick={end} />}
    </li>
  );
}

type AddProps = { known: readonly string[]; add: (wanted: Wanted) => Promise<unknown>; pending: boolean; close: () => void };

function Add({ known, add, pending, close }: AddProps) {
  const { t } = useTranslation();
  const members = useQuery(membersQuery).data?.items ?? [];
  const teams = useQuery(teamsQuery).data?.items ?? [];
  const [to, setTo] = useState<string>();
  const [writes, setWrites] = useState(false);
  const options = (all: readonly { id: string; name: string }[]) => all.filter((each) => !known.includes(each.id)).map((each) => ({ value: each.id, label: each.name }));
  const groups = [{ label: t("shares.teams"), options: options(teams) }, { label: t("shares.people"), options: options(members) }].filter((group) => group.options.length > 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (to !== undefined) void add({ with: to, writes }).then(close, () => undefined);
  };
  return (
    <form className={css.share} onSubmit={submit}>
      <Select size="small" autoFocus aria-label={t("shares.with")} placeholder={t("shares.with")} showSearch={{ optionFilterProp: "label" }} options={groups} {...(to === undefined ? {} : { value: to })} onChange={setTo} />
      <Deed writes={writes} label={t("shares.may")} change={setWrites} />
      <Button size="small" type="primary" htmlType="submit" disabled={to === undefined} loading={pending}>{t("shares.add")}</Button>
      <p className={css.empty}>{t("shares.hint")}</p>
    </form>
  );
}

/** With whom a record is shared; who may change it shares it, too. */
export function Shares({ object, row }: { object: string; row: RecordRow }) {
  const { t } = useTranslation();
  const problem = useProblem();
  const found = useQuery(sharesQuery(object, row.id));
  const { set, end } = useShares(object, row.id);
  const [adding, setAdding] = useState(false);
  const shares = found.data?.items ?? [];
  const failed = set.error ?? end.error;
  if (!row.writable && shares.length === 0) return null;
  const owner = typeof row.values.owner === "string" ? [row.values.owner] : [];
  return (
    <section className={css.shares} aria-label={t("shares.title")}>
      <header>
        <h3>{t("shares.title")}</h3>
        {row.writable && <Button size="small" type="text" icon={adding ? null : <Icon name="plus" size={13} />} onClick={() => setAdding(!adding)}>{t(adding ? "common.cancel" : "shares.open")}</Button>}
      </header>
      {found.isError && !found.data && <FailedLine error={found.error} retry={() => void found.refetch()} />}
      {shares.length > 0 && (
        <ul>
          {shares.map((share) => (
            <Line key={share.with} share={share} isTeam={!share.with.startsWith("usr_")} set={row.writable ? (writes) => set.mutate({ with: share.with, writes }) : null} end={() => end.mutate(share.with)} />
          ))}
        </ul>
      )}
      {found.data && shares.length === 0 && !adding && <p className={css.empty}>{t("shares.none")}</p>}
      {row.writable && adding && <Add known={[...owner, ...shares.map((share) => share.with)]} add={(wanted) => set.mutateAsync(wanted)} pending={set.isPending} close={() => setAdding(false)} />}
      {failed && <p role="alert" className={css.failed}>{problem(failed)}</p>}
    </section>
  );
}
