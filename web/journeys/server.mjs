// A real server for one journey: its own data folder, a free port on loopback, ended by its own process id.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const target = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, "../../target");
const program = process.env.JINGWEI_BIN ?? join(target, "debug/jingwei");
const start_ms = 120_000;
const stop_ms = 15_000;

async function freePort() {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address();
  holder.close();
  await once(holder, "close");
  return port;
}

/** Everything a child prints, and a promise of the first match of a pattern in it. */
function listen(child) {
  let printed = "";
  const waiting = new Set();
  const hear = (text) => {
    printed += text;
    for (const look of waiting) look();
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  const says = (pattern) =>
    new Promise((found, failed) => {
      const timer = setTimeout(() => failed(new Error(`the server did not say ${pattern} in time:\n${printed}`)), start_ms);
      const look = () => {
        const match = pattern.exec(printed);
        if (!match) return;
        clearTimeout(timer);
        waiting.delete(look);
        found(match);
      };
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}:\n${printed}`)));
      waiting.add(look);
      look();
    });
  return { says, printed: () => printed };
}

async function answers(base) {
  const end = Date.now() + start_ms;
  while (Date.now() < end) {
    const health = await fetch(`${base}/healthz`).catch(() => null);
    if (health?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("the server does not answer /healthz");
}

/** `startServer("serve")` or `startServer("demo", ["--customers", "400"])`. */
export async function startServer(command, more = []) {
  const folder = mkdtempSync(join(tmpdir(), "jingwei-journey-"));
  const base = `http://127.0.0.1:${await freePort()}`;
  const args = [command, "--data", join(folder, "data"), "--listen", base.slice("http://".length), ...more];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  // Also when the journey itself is broken off.
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
  const heard = listen(child);
  async function stop() {
    process.off("exit", end);
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), stop_ms);
      await ended;
      clearTimeout(hard);
    }
    rmSync(folder, { recursive: true, force: true });
  }
  try {
    if (command === "demo") await heard.says(/password:\s+\S+/);
    else await heard.says(/\/setup\?token=\S+/);
    await answers(base);
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { base, folder, stop, printed: heard.printed };
}
