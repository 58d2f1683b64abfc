// What is found, and what was opened last, as commands.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { customerQuery } from "@/api/customers";
import { objectsQuery } from "@/api/objects";
import { recordQuery } from "@/api/records";
import { searchQuery } from "@/api/search";
import type { SearchItem, SearchPage } from "@/api/types";
import { useLabel } from "@/components/language";
import { useRecent } from "@/components/recent";
import { useMay } from "@/components/rights";
import { type IconName, iconNamed } from "@/ui/icon";
import type { Command } from "./commands";

export const customer = "customer";
const shown = 6;

/** What one record of an object is called, and several, and what stands for it. */
export function useObject(): (name: string) => { label: string; several: string; icon: IconName } {
  const { t } = useTranslation();
  const label = useLabel();
  const objects = useQuery(objectsQuery).data?.items ?? [];
  return (name) => {
    if (name === customer) return { label: t("palette.customers"), several: t("palette.customers"), icon: "customers" };
    const object = objects.find((one) => one.name === name);
    return object ? { label: label(object.label), several: label(object.plural), icon: iconNamed(object.icon) } : { label: name, several: name, icon: "note" };
  };
}

function useOpen(): (object: string, id: string) => void {
  const navigate = useNavigate();
  return (object, id) => {
    if (object === customer) void navigate({ to: "/customers/$id", params: { id }, search: {} });
    else void navigate({ to: "/o/$object", params: { object }, search: { record: id } });
  };
}

/** What the server found, and for each object of which there is more a way to it. */
export function useFound(q: string, scope: string | null, narrow: (object: string) => void): { commands: Command[]; page: SearchPage | undefined; error: Error | null; isWaiting: boolean } {
  const { t } = useTranslation();
  const label = useLabel();
  const objectOf = useObject();
  const open = useOpen();
  const found = useQuery(searchQuery(q, scope));
  const page = q === "" ? undefined : found.data;
  const command = (item: SearchItem): Command => ({
    id: item.id,
    group: item.object,
    label: item.title.map((part) => part.text).join("") || t("common.unnamed"),
    parts: item.title,
    ...(item.detail ? { detail: { label: label(item.detail.label), parts: item.detail.text } } : {}),
    ...(item.object === customer ? {} : { icon: objectOf(item.object).icon }),
    words: "",
    run: () => open(item.object, item.id),
  });
  const commands = (page?.items ?? []).flatMap((item, place, all) => {
    const isLast = all[place + 1]?.object !== item.object;
    const isMore = isLast && scope === null && (page?.more.includes(item.object) ?? false);
    const more: Command = { id: `more/${item.object}`, group: item.object, label: t("palette.more", { object: objectOf(item.object).several }), icon: "search", words: "", run: () => narrow(item.object), stays: true };
    return isMore ? [command(item), more] : [command(item)];
  });
  return { commands, page, error: q === "" ? null : found.error, isWaiting: q !== "" && (found.isPending || found.isPlaceholderData) };
}

/** What was opened last and may still be seen. */
export function useOpened(isWanted: boolean): Command[] {
  const { t } = useTranslation();
  const objectOf = useObject();
  const open = useOpen();
  const may = useMay();
  const all = useRecent();
  const enabled = isWanted;
  const records = all.filter((one) => one.object !== customer).slice(0, shown);
  const customers = may("customers.read") ? all.filter((one) => one.object === customer).slice(0, shown) : [];
  const foundRecords = useQueries({ queries: records.map((one) => ({ ...recordQuery(one.object, one.id), enabled, staleTime: 60_000, retry: false })) });
  const foundCustomers = useQueries({ queries: customers.map((one) => ({ ...customerQuery(one.id), enabled, staleTime: 60_000, retry: false })) });
  const titles = new Map<string, string | null>();
  for (const { data } of foundRecords) if (data && data.record.trashed_at === null) titles.set(data.record.id, data.record.title);
  for (const { data } of foundCustomers) if (data) titles.set(data.id, data.name);
  return all
    .filter((one) => titles.has(one.id))
    .slice(0, shown)
    .map(({ object, id }) => {
      const { label, icon } = objectOf(object);
      const title = titles.get(id) ?? t("common.unnamed");
      return { id: `recent/${id}`, group: "recent", label: title, detail: { label, parts: [] }, ...(object === customer ? {} : { icon }), words: "", run: () => open(object, id) };
    });
}
