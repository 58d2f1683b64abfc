// Writes src/api/schema.gen.ts from ../docs/openapi.json: the shapes only, since the calls in src/api are written by hand.
// The generator wants an older TypeScript than ours, so it is fetched with its own, both pinned, and is no dependency.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const spec = JSON.parse(readFileSync(local("../../docs/openapi.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "jingwei-api-"));
try {
  const shapes = join(folder, "shapes.json");
  writeFileSync(shapes, JSON.stringify({ openapi: spec.openapi, info: spec.info, paths: {}, components: { schemas: spec.components.schemas } }));
  const tools = ["--package", "openapi-typescript@7.13.0", "--package", "typescript@5.9.3"];
  const how = ["--output", local("../src/api/schema.gen.ts"), "--root-types", "--root-types-no-schema-prefix"];
  execFileSync("npx", ["--yes", ...tools, "openapi-typescript", shapes, ...how], { stdio: "inherit" });
} finally {
  rmSync(folder, { recursive: true });
}
