import css from "./rivers.module.css";

const strands = 15;
const width = 720;
const height = 960;
const sway = -54;

/** One strand of a river: it comes from its own side, bends, and runs down beside the other without crossing it. */
function strand(place: number, side: -1 | 1): string {
  const spread = place / strands;
  const meet = width / 2 + side * (9 + place * 15);
  const start = width / 2 + side * width * (0.34 + spread * 0.42);
  const bend = height * (0.42 + spread * 0.1);
  const end = meet + sway + side * place * 3;
  return (
    `M${start} -20 C${start} ${bend * 0.5} ${meet} ${bend * 0.5} ${meet} ${bend}` +
    ` C${meet} ${bend * 1.4} ${end} ${height * 0.74} ${end} ${height + 20}`
  );
}

/** Two rivers that run side by side and do not mix. */
export function Rivers() {
  return (
    <svg className={css.rivers} aria-hidden="true" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="xMidYMid slice" fill="none">
      {Array.from({ length: strands }, (_, place) => (
        <g key={place} style={{ opacity: 0.95 - (place / strands) * 0.78 }}>
          <path className={css.clear} d={strand(place, -1)} />
          <path className={css.muddy} d={strand(place, 1)} />
        </g>
      ))}
    </svg>
  );
}
