// Small pure parts used all over.
import { type ReactNode, useId } from "react";
import { Icon, type IconName } from "./icon";
import css from "./parts.module.css";

const join = (...names: (string | false | undefined)[]) => names.filter(Boolean).join(" ");

export function Avatar({ name, size = 28 }: { name: string | null; size?: number }) {
  const shown = name?.trim() ?? "";
  const letter = /^\p{Script=Han}/u.test(shown) ? shown.slice(0, 1) : shown.slice(0, 1).toUpperCase();
  const hue = [...shown].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % 5;
  return (
    <span aria-hidden="true" className={css.avatar} data-hue={shown === "" ? "none" : hue} style={{ width: size, height: size, fontSize: size * 0.44 }}>
      {letter === "" ? <Icon name="user" size={size * 0.55} /> : letter}
    </span>
  );
}

type ChipProps = { children: ReactNode; tone?: "teal" | "amber" | "plain" | "red"; faded?: boolean; title?: string };

export function Chip({ children, tone = "plain", faded = false, title }: ChipProps) {
  return (
    <span className={join(css.chip, css[tone], faded && css.faded)} title={title}>
      {children}
    </span>
  );
}

type ChipButtonProps = { children: ReactNode; onClick: () => void; label?: string; tone?: "teal" | "amber" | "plain"; pressed?: boolean };

export function ChipButton({ children, onClick, label, tone = "teal", pressed }: ChipButtonProps) {
  return (
    <button type="button" className={join(css.chip, css.press, css[tone], pressed && css.pressed)} onClick={onClick} aria-label={label} aria-pressed={pressed}>
      {children}
    </button>
  );
}

export function Section({ title, aside, children, icon }: { title: ReactNode; aside?: ReactNode; children: ReactNode; icon?: IconName }) {
  const id = useId();
  return (
    <section className={css.section} aria-labelledby={id}>
      <header className={css.section_head}>
        <h2 id={id} className={css.section_title}>
          {icon && <Icon name={icon} size={15} />}
          {title}
        </h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

export function Empty({ icon, title, hint, children }: { icon: IconName; title: string; hint?: string; children?: ReactNode }) {
  return (
    <div className={css.empty}>
      <span className={css.empty_icon}>
        <Icon name={icon} size={22} />
      </span>
      <h2 className={css.empty_title}>{title}</h2>
      {hint && <p className={css.empty_hint}>{hint}</p>}
      {children}
    </div>
  );
}

export const Quiet = ({ children }: { children: ReactNode }) => <p className={css.quiet}>{children}</p>;

/** Words for screen readers only. */
export const Unseen = ({ children }: { children: ReactNode }) => <span className={css.unseen}>{children}</span>;

/** A grey bar where words will be. */
export const Bone = ({ width, height = 12 }: { width: number | string; height?: number }) => (
  <span aria-hidden="true" className={css.bone} style={{ width, height }} />
);

export function Bones({ rows, label }: { rows: number; label: string }) {
  return (
    <div role="status" aria-label={label} className={css.bones}>
      {Array.from({ length: rows }, (_, row) => (
        <Bone key={row} width={`${88 - ((row * 17) % 45)}%`} />
      ))}
    </div>
  );
}

export const Kbd = ({ children }: { children: ReactNode }) => <kbd className={css.kbd}>{children}</kbd>;

export function Fact({ label, children, large = false }: { label: ReactNode; children: ReactNode; large?: boolean }) {
  return (
    <div className={join(css.fact, large && css.fact_large)}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
