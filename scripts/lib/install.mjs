import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fail, report, run } from "./run.mjs";

const REASONS = [
  [/ENOSPC/, "The disk is full: free some space (df -h shows where)."],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i,
    "The package registry cannot be reached: check the network, a proxy (npm config get proxy) " +
      "and the registry (npm config get registry).",
  ],
  [/EACCES|EPERM/, "A file may not be written: check who owns this folder and node_modules."],
  [
    /can only install packages when|EUSAGE|in sync/,
    "package.json and package-lock.json do not fit together: restore both from git.",
  ],
  [/E401|E403/, "The package registry refuses: check its credentials in .npmrc."],
];

/** What to do about a failed install, from what npm printed. */
export function installAdvice(output) {
  return (
    REASONS.find(([pattern]) => pattern.test(output))?.[1] ?? "The end of npm's output is above."
  );
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
  } catch {
    return {};
  }
}

/** True when npm's own record of node_modules holds every package of the lock, same versions. */
function isSameTree(root) {
  const installed = packagesOf(path.join(root, "node_modules", ".package-lock.json"));
  const wanted = Object.entries(packagesOf(path.join(root, "package-lock.json")));
  return wanted.every(
    ([name, { version, optional, devOptional }]) =>
      name === "" || optional || devOptional || installed[name]?.version === version,
  );
}

/** Installs the packages unless node_modules is what package-lock.json says. */
export async function ensureInstalled(root) {
  const lock = readFileSync(path.join(root, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  const stamp = path.join(root, "node_modules", ".sidecar-install-stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  if (!isSameTree(root)) {
    report("installing packages (npm ci; a minute or so)");
    // Tests run in the same folder, so their tools are installed whatever NODE_ENV says.
    const args = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const { code, output } = await run(npm, args, { what: "installing", cwd: root });
    if (code !== 0) {
      console.error(output.trim().split("\n").slice(-25).join("\n"));
      fail(`Installing the packages failed. ${installAdvice(output)}`);
    }
  }
  writeFileSync(stamp, hash);
  report("packages are installed");
}
