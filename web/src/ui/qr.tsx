import { encode } from "uqr";

/** A text as a QR code, dark on light whatever the page's colours are, since readers want it so. */
export function Qr({ text, label, size = 196 }: { text: string; label: string; size?: number }) {
  const { data, size: modules } = encode(text, { ecc: "M", border: 3 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${modules} ${modules}`} shapeRendering="crispEdges" style={{ background: "#fff", borderRadius: 6 }}>
      <path d={path} fill="#000" />
    </svg>
  );
}
