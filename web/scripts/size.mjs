// Prints what a reader downloads before the first screen (the customers list) and fails when it grows over the limit.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const limit_kb = 300;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** Everything an entry needs at once: itself and what it imports, not what it imports later. */
function needs(name, found = new Set()) {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const file of chunk.css ?? []) found.add(file);
  for (const next of chunk.imports ?? []) needs(next, found);
  return found;
}

const measure = (file) => {
  const bytes = readFileSync(new URL(file, dist));
  return { file, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length };
};
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`.padStart(10);
const sum = (rows, how) => rows.reduce((total, row) => total + row[how], 0);

/** The words of the language that takes more. */
const words = ["src/i18n/zh.ts", "src/i18n/en.ts"].map((name) => [...needs(name)]).toSorted((a, b) => measure(b[0]).gzip - measure(a[0]).gzip)[0];
const first = new Set([...needs("src/pages/customers/index.tsx", needs("index.html")), ...words]);
const rows = [...first].map(measure).toSorted((a, b) => b.gzip - a.gzip);
for (const row of rows) process.stdout.write(`${kb(row.gzip)} gzip ${kb(row.brotli)} brotli  ${row.file}\n`);

const scripts = rows.filter((row) => row.file.endsWith(".js"));
const total = sum(scripts, "gzip");
process.stdout.write(`${kb(total)} gzip ${kb(sum(scripts, "brotli"))} brotli  script before the first screen (limit ${limit_kb} KB)\n`);
if (total > limit_kb * 1024) process.exit(1);
