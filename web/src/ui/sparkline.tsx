import css from "./sparkline.module.css";

type Props = { values: readonly number[]; label: string; height?: number };

const width = 600;

function points(values: readonly number[], height: number): [number, number][] {
  const top = Math.max(1, ...values) * 1.12;
  const step = width / Math.max(1, values.length - 1);
  return values.map((value, place) => [place * step, height - (value / top) * (height - 2) - 1]);
}

/** A line over time; the last value at the right. */
export function Sparkline({ values, label, height = 72 }: Props) {
  const line = points(values, height).map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return (
    <svg className={css.spark} role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" style={{ height }}>
      <line className={css.base} x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} />
      <polygon className={css.area} points={`0,${height} ${line.join(" ")} ${width},${height}`} />
      <polyline className={css.line} points={line.join(" ")} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
