import { useQuery } from "@tanstack/react-query";
import { Button, Dropdown } from "antd";
import { lazy, Suspense, useState } from "react";
import { noticeCountQuery } from "@/api/notices";
import { sessionQuery } from "@/api/session";
import { useTalk } from "@/i18n/talk";
import { Icon } from "@/ui/icon";
import css from "./bell.module.css";

const Notices = lazy(() => import("./list").then(({ Notices: component }) => ({ default: component })));
const counted = 99;

/** How much one has yet to look at; a click shows it. */
export function Bell() {
  const talk = useTalk();
  const [open, setOpen] = useState(false);
  const user = useQuery({ ...sessionQuery, enabled: false }).data?.user;
  const enabled = user !== undefined && user !== null && !user.seen_by;
  const unread = useQuery({ ...noticeCountQuery, enabled }).data?.unread ?? 0;
  if (!enabled) return null;
  const label = unread === 0 ? talk("notices.title") : talk("notices.unread", { count: unread });
  const shown = () => (
    <div className={css.panel}>
      <Suspense fallback={null}>
        <Notices close={() => setOpen(false)} />
      </Suspense>
    </div>
  );
  return (
    <Dropdown open={open} onOpenChange={setOpen} trigger={["click"]} placement="bottomRight" destroyOnHidden popupRender={shown}>
      <Button type="text" className={css.bell ?? ""} aria-label={label} aria-expanded={open} title={label}>
        <Icon name="bell" size={17} />
        {unread > 0 && <span className={css.count} aria-hidden="true">{unread > counted ? `${counted}+` : unread}</span>}
      </Button>
    </Dropdown>
  );
}
