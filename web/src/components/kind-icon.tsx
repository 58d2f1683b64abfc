import { Icon } from "@/ui/icon";
import { familyOf, iconOf } from "@/util/kind";
import css from "./kind-icon.module.css";

/** The icon of an event's kind, in its family's colour. */
export function KindIcon({ kind, size = 26 }: { kind: string; size?: number }) {
  const family = familyOf(kind);
  return (
    <span className={css.kind} data-family={family} style={{ width: size, height: size }}>
      <Icon name={iconOf(kind)} size={size * 0.56} />
    </span>
  );
}
