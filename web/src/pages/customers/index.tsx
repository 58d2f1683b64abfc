import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useInfiniteQuery } from "@tanstack/react-query";
import { customersQuery } from "@/api/customers";
import { Failed } from "@/components/failed";
import { useFormat } from "@/components/language";
import { Kbd } from "@/ui/parts";
import { CustomerList } from "./list";
import { NoCustomers, NoneFound } from "./none";
import { SearchBar } from "./search-bar";
import { RowBones } from "./row";
import { useLiveTop } from "./live-top";
import css from "./customers.module.css";

const route = getRouteApi("/shell/customers");

function Keys() {
  const { t } = useTranslation();
  return (
    <p className={css.keys} aria-label={t("customers.keys")}>
      <span><Kbd>/</Kbd> {t("customers.keys_search")}</span>
      <span><Kbd>j</Kbd> <Kbd>k</Kbd> {t("customers.keys_move")}</span>
      <span><Kbd>↵</Kbd> {t("customers.keys_open")}</span>
    </p>
  );
}

export function CustomersPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { q, tag } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = { q, tag };
  const list = useInfiniteQuery(customersQuery(filter));
  useLiveTop(filter);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const clear = () => void navigate({ search: {}, replace: true });
  const filtered = q !== undefined || tag !== undefined;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>{t("customers.title")}</h1>
        {rows.length > 0 && <span className={css.count}>{t("customers.loaded", { n: `${format.number(rows.length)}${list.hasNextPage ? "+" : ""}` })}</span>}
        <Keys />
      </header>
      <SearchBar q={q ?? ""} tag={tag} change={(next) => void navigate({ search: next, replace: true })} />
      {list.isPending && <RowBones />}
      {list.isError && !list.data && <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.data && rows.length === 0 && (filtered ? <NoneFound clear={clear} /> : <NoCustomers />)}
      {rows.length > 0 && <CustomerList key={`${q}|${tag}`} rows={rows} list={list} />}
    </div>
  );
}
