import type { ReactNode } from "react";
import css from "./settings.module.css";

export function Head({ title, lead, children }: { title: string; lead: string; children?: ReactNode }) {
  return (
    <header className={css.head}>
      <div>
        <h1>{title}</h1>
        <p>{lead}</p>
      </div>
      {children}
    </header>
  );
}
