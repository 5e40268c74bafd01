import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { running } from "./run.mjs";

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Settings of the person running the tests that must not reach the demo under test. */
const NOT_INHERITED = [
  "DATABASE_URL",
  "DATA_PRODUCT_API",
  "PUBLIC_URL",
  "ALLOWED_HOSTS",
  "TRUSTED_PROXIES",
  "BIND_ADDRESS",
  "AUTH_SECRET",
  "SESSION_SECRET",
  "OIDC_ROLES_CLAIM",
  "OIDC_ROLES",
  "OIDC_NAME",
  "PASSWORD_SIGN_IN",
];

/**
 * Starts the whole program as `npm run up` does, on free ports and in a folder of its own.
 * Answers once it is ready; throws with the end of its output when it is not.
 */
export async function startDemo(root, { rows, secondsMax }) {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), "sidecar-demo-"));
  // As root the database runs as another user, who must be able to enter.
  chmodSync(dataDir, 0o755);
  const env = { ...process.env };
  for (const key of NOT_INHERITED) delete env[key];
  Object.assign(env, {
    SIDECAR_MODE: "demo",
    SIDECAR_DATA_DIR: dataDir,
    PORT: String(await freePort()),
    DEMO_PORT: String(await freePort()),
    DEMO_ROWS: String(rows),
    // A small product answers fast: more calls, so that the live verdict comes sooner.
    DEMO_QUERIES_PER_SECOND: "20",
    VERIFY_SECONDS_MIN: "15",
    VERIFY_SECONDS_MAX: "60",
    // Nobody listens there but the journey that signs in through it.
    OIDC_ISSUER: `http://127.0.0.1:${await freePort()}`,
    OIDC_CLIENT_ID: "agentic-sidecar",
    OIDC_CLIENT_SECRET: "a-secret-of-the-test-provider-alone",
    // A longer search would only take the browser's time.
    PROOF_SEARCH_SECONDS_MAX: "90",
  });
  const child = spawn(process.execPath, [path.join(root, "scripts", "up.mjs")], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  const ended = new Promise((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  let said = "";
  const isReady = new Promise((resolve) => {
    const read = (chunk) => {
      said += chunk;
      if (/^ready: /m.test(said)) resolve(true);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("close", () => resolve(false));
    setTimeout(() => resolve(false), secondsMax * 1000).unref();
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const code = await ended;
    rmSync(dataDir, { recursive: true, force: true });
    return code;
  };
  if (!(await isReady)) {
    await stop();
    throw new Error(`The demo did not become ready:\n${said.split("\n").slice(-40).join("\n")}`);
  }
  return { stop, dataDir, issuer: env.OIDC_ISSUER };
}
