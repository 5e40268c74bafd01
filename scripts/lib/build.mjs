import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fail, report, run } from "./run.mjs";

const SOURCES = [
  "app",
  "components",
  "drizzle",
  "lib",
  "next.config.mjs",
  "package-lock.json",
  "postcss.config.mjs",
  "proxy.ts",
  "public",
  "server",
  "tsconfig.json",
];

/** Tests and their fixtures do not change what is built. */
const isBuilt = (file) => !/\.test\.tsx?$/.test(file);

function filesUnder(root, relative) {
  const absolute = path.join(root, relative);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
}

/** SHA-256 over names and contents of everything the build reads. */
export function hashSources(root) {
  const hash = createHash("sha256");
  const files = SOURCES.flatMap((source) =>
    path.extname(source) === "" ? filesUnder(root, source) : [source],
  );
  for (const file of files.filter(isBuilt).sort()) {
    if (!existsSync(path.join(root, file))) continue;
    hash.update(file).update("\0");
    hash.update(readFileSync(path.join(root, file))).update("\0");
  }
  return hash.digest("hex");
}

function buildAdvice(output) {
  if (/ENOSPC/.test(output)) return "The disk is full: free some space (df -h shows where).";
  if (/heap|SIGKILL|out of memory/i.test(output)) {
    return "It ran out of memory: close other programs and try again.";
  }
  return "The end of the build's output is above.";
}

/** Builds the web pages unless the build in .next was made from exactly these sources. */
export async function ensureBuilt(root) {
  const stamp = path.join(root, ".next", "sidecar-build-stamp");
  const hash = hashSources(root);
  const isFresh = existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
  if (isFresh && existsSync(path.join(root, ".next", "BUILD_ID"))) return;
  report("building the web pages (a minute or so)");
  const next = path.join(root, "node_modules", "next", "dist", "bin", "next");
  const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  const { code, output } = await run(process.execPath, [next, "build"], {
    what: "building",
    env,
    cwd: root,
  });
  if (code !== 0) {
    console.error(output.trim().split("\n").slice(-60).join("\n"));
    fail(`Building the web pages failed. ${buildAdvice(output)}`);
  }
  // The hash from before: a source saved during the build may not be in it.
  writeFileSync(stamp, hash);
  report("the web pages are built");
}
