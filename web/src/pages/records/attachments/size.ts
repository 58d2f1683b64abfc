const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A number of bytes in the unit that fits: `sizeOf(1536, "en")` is "1.5 kB". */
export function sizeOf(bytes: number, language: string): string {
  const place = Math.max(0, units.findLastIndex((_, power) => bytes >= 1024 ** power));
  const format = new Intl.NumberFormat(language, { style: "unit", unit: units[place] ?? "byte", unitDisplay: place === 0 ? "long" : "short", maximumFractionDigits: place === 0 ? 0 : 1 });
  return format.format(bytes / 1024 ** place);
}
