import { type ReactNode, useId } from "react";
import css from "./field.module.css";

type Props = { label: ReactNode; hint?: ReactNode; error?: ReactNode; children: (id: string, describedBy: string | undefined) => ReactNode };

/** A labelled control; the hint and the error are read out with it. */
export function Field({ label, hint, error, children }: Props) {
  const id = useId();
  const note = error ?? hint;
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      {children(id, note ? `${id}-note` : undefined)}
      {note && (
        <p id={`${id}-note`} className={error ? css.error : css.hint} role={error ? "alert" : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}
