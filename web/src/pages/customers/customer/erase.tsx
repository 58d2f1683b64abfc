import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { eraseCustomer, erasureQuery } from "@/api/customers";
import type { Customer, Erasure } from "@/api/types";
import { useAct } from "@/components/act";
import { Failed } from "@/components/failed";
import { useText } from "@/components/language";
import { Icon } from "@/ui/icon";
import { Bones } from "@/ui/parts";
import css from "./customer.module.css";

/** What goes and what stays, and that it is meant. */
function Ask({ customer, close }: { customer: Customer; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const text = useText();
  const cache = useQueryClient();
  const found = useQuery(erasureQuery(customer.id));
  const [meant, setMeant] = useState(false);
  const erase = useAct<string, Erasure>({
    mutationFn: eraseCustomer,
    onSuccess: () => {
      void message.success(t("erase.done"));
      close();
      void cache.invalidateQueries();
    },
  });
  const told = found.data;
  const nothing = told && told.identities.length === 0 && told.values === 0 && told.files === 0 && told.comments === 0;
  return (
    <Modal open onCancel={close} title={t("erase.title", { name: customer.name ?? t("common.unnamed") })} footer={null} width={480}>
      {found.isPending && <Bones rows={4} label={t("common.loading")} />}
      {found.isError && !told && <Failed error={found.error} retry={() => void found.refetch()} />}
      {nothing && <p>{t("erase.nothing")}</p>}
      {told && !nothing && (
        <div className={css.erase}>
          <h3>{t("erase.goes")}</h3>
          <ul>
            <li>{t("erase.identities", { what: told.identities.map((one) => `${text(one.label)} ${one.value}`).join(t("erase.and")) })}</li>
            <li>{t("erase.profile")}</li>
            {told.values > 0 && <li>{t("erase.values", { values: told.values, count: told.records })}</li>}
            {told.files > 0 && <li>{t("erase.files", { count: told.files })}</li>}
            {told.comments > 0 && <li>{t("erase.comments", { count: told.comments })}</li>}
            <li>{t("erase.originals")}</li>
          </ul>
          <h3>{t("erase.stays")}</h3>
          <p>{t("erase.stays_hint")}</p>
          <Checkbox checked={meant} onChange={(event) => setMeant(event.target.checked)}>{t("erase.meant")}</Checkbox>
          <Button block danger type="primary" disabled={!meant} loading={erase.isPending} onClick={() => erase.mutate(customer.id)}>{t("erase.do")}</Button>
        </div>
      )}
    </Modal>
  );
}

/** Erases a customer for good, once it is said what that means. */
export function Erase({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  return (
    <>
      <Button size="small" type="text" danger icon={<Icon name="trash" size={14} />} onClick={() => setAsks(true)}>{t("erase.open")}</Button>
      {asks && <Ask customer={customer} close={() => setAsks(false)} />}
    </>
  );
}
