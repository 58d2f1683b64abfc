import type { ReactNode } from "react";
import { DarkSwitch, LanguageSwitch } from "@/components/switches";
import { Mark } from "@/ui/mark";
import { Rivers } from "@/ui/rivers";
import css from "./entry.module.css";

/** The page before one is in: the rivers at one side, a form at the other. */
export function Entry({ title, lead, children, note }: { title: string; lead: string; children: ReactNode; note?: string }) {
  return (
    <div className={css.entry}>
      <aside className={css.art}>
        <Rivers />
        <div className={css.words}>
          <strong>泾渭分明</strong>
          <span>Two rivers that do not mix</span>
        </div>
      </aside>
      <main className={css.side}>
        <div className={css.switches}>
          <LanguageSwitch />
          <DarkSwitch />
        </div>
        <div className={css.form}>
          <div className={css.brand}>
            <Mark size={34} />
            <span>经纬</span>
            <small>Jingwei</small>
          </div>
          <h1>{title}</h1>
          <p className={css.lead}>{lead}</p>
          {children}
          {note && <p className={css.note}>{note}</p>}
        </div>
      </main>
    </div>
  );
}
