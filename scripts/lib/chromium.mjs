import { existsSync } from "node:fs";
import path from "node:path";
import { report, run } from "./run.mjs";

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

async function playwrightsOwn(root) {
  const script = "import('@playwright/test').then((p)=>console.log(p.chromium.executablePath()))";
  const { output } = await run(process.execPath, ["-e", script], { what: "asking", cwd: root });
  const file = output.trim();
  return existsSync(file) ? file : null;
}

const installed = () => SYSTEM.find((file) => existsSync(file)) ?? null;

async function fromDebian() {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return null;
  report("installing Chromium (apt-get)");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { what: "updating the package lists", env });
  const args = ["install", "-y", "-q", "--no-install-recommends", "chromium"];
  await run("apt-get", args, { what: "installing Chromium", env });
  return installed();
}

async function fromPlaywright(root) {
  report("installing Chromium (Playwright's own)");
  const cli = path.join(root, "node_modules", "@playwright", "test", "cli.js");
  await run(process.execPath, [cli, "install", "chromium"], {
    what: "installing Chromium",
    cwd: root,
  });
  return playwrightsOwn(root);
}

/** Path of a Chromium to test with, installed when there is none; null when that is impossible. */
export async function findChromium(root) {
  const chosen = process.env.PLAYWRIGHT_CHROMIUM_PATH;
  if (chosen) return existsSync(chosen) ? chosen : null;
  return (
    installed() ??
    (await playwrightsOwn(root)) ??
    (await fromDebian()) ??
    (await fromPlaywright(root))
  );
}
