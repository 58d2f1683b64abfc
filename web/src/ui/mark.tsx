/** The sign: two warps and two wefts, over and under. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 24 24" fill="none" strokeWidth="3" strokeLinecap="round">
      <path stroke="var(--teal)" d="M8 2.6v3.2M8 10.4v11M16 2.6v10.8M16 18.2v3.2" />
      <path stroke="var(--amber-mid)" d="M2.6 8h10.8M18.2 8h3.2M2.6 16h3.2M10.4 16h11" />
    </svg>
  );
}
