import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { env, listenAddress, setEnv } from "@/server/platform";
import { readSecrets } from "@/server/platform/installation";
import { demoSpec } from "./node-roles";
import { readSettings, shareSettings } from "./settings";

const kept = { ...process.env };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sidecar-settings-"));
  setEnv({ SIDECAR_DATA_DIR: folder });
});
afterEach(() => {
  for (const key of Object.keys(process.env)) if (!(key in kept)) delete process.env[key];
  setEnv(kept);
  rmSync(folder, { recursive: true, force: true });
});

/** What starting with these settings would share with every process. */
function share(settings: Parameters<typeof setEnv>[0]) {
  setEnv(settings);
  return shareSettings(readSettings()).env;
}

describe.each(["SESSION_SECRET", "AUTH_SECRET"] as const)("%s", (name) => {
  test.each([
    ["short", "short"],
    ["repetitive", "abc".repeat(20)],
    ["published with an earlier version", "development-only-secret-not-for-production"],
  ])("that is %s starts nothing, in production or a demo", (_, secret) => {
    for (const mode of ["production", "demo"]) {
      expect(() => share({ SIDECAR_MODE: mode, [name]: secret })).toThrow(name);
    }
  });
});

test("the secret of sessions cannot be the one a product holds", () => {
  const secret = randomBytes(48).toString("base64");
  expect(() => share({ SESSION_SECRET: secret, AUTH_SECRET: secret })).toThrow("must differ");
});

test("production shares a random secret of its own, and gives no product one", () => {
  setEnv({ SESSION_SECRET: "", AUTH_SECRET: "" });
  const shared = share({ SIDECAR_MODE: "production" });
  expect(shared.SESSION_SECRET).toBe(readSecrets(folder)?.session_secret);
  expect(shared.AUTH_SECRET).toBeUndefined();
});

test("a process of production that was given no secret does not start", () => {
  setEnv({ SIDECAR_MODE: "production", SESSION_SECRET: "" });
  expect(() => env()).toThrow("SESSION_SECRET must be set");
});

test("a setting is still read under its former name, unless the new one is set too", () => {
  process.env.SPAWN_ROWS = "5000";
  process.env.SPAWN_PORT = "8100";
  setEnv({ DEMO_PORT: "8200", DEMO_ROWS: "" });
  expect(readSettings().env).toMatchObject({ DEMO_ROWS: 5000, DEMO_PORT: 8200 });
  expect(demoSpec(readSettings()).env).toMatchObject({ DEMO_ROWS: "5000", DEMO_PORT: "8200" });
});

test.each(["0.0.0.0", "::", "10.0.0.5", "myhost.example.org", "127.0.0.1.example.org"])(
  "a demo that would listen on %s starts nothing; production may",
  (BIND_ADDRESS) => {
    expect(() => share({ SIDECAR_MODE: "demo", BIND_ADDRESS })).toThrow("this machine only");
    expect(listenAddress(share({ SIDECAR_MODE: "production", BIND_ADDRESS }))).toBe(BIND_ADDRESS);
  },
);

test("a demo listens on this machine; production on every address unless told", () => {
  expect(listenAddress(share({ SIDECAR_MODE: "demo" }))).toBe("127.0.0.1");
  expect(listenAddress(share({ SIDECAR_MODE: "demo", BIND_ADDRESS: "::1" }))).toBe("::1");
  setEnv({ BIND_ADDRESS: "" });
  expect(listenAddress(share({ SIDECAR_MODE: "production" }))).toBeUndefined();
});

test.each([
  ["ALLOWED_HOSTS", "https://sidecar.example.org"],
  ["ALLOWED_HOSTS", "a b"],
  ["TRUSTED_PROXIES", "all"],
  ["TRUSTED_PROXIES", "10.0.0.0/99"],
  ["PUBLIC_URL", "ftp://sidecar.example.org"],
] as const)("%s=%s starts nothing, and is named", (name, value) => {
  expect(() => share({ [name]: value })).toThrow(name);
});

test("the demo product is started without any secret of the sidecar", () => {
  const shared = share({
    SIDECAR_MODE: "demo",
    DATABASE_URL: "postgres://sidecar:pass-word@127.0.0.1/sidecar",
    INFERENCE_API_KEY: "inference-key",
    REDIS_URL: "redis://:redis-pass@127.0.0.1",
  });
  const told = demoSpec(readSettings()).env ?? {};
  expect(told.SIDECAR_JWKS_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\.well-known\/jwks\.json$/);
  const text = JSON.stringify(told);
  const secrets = [shared.SESSION_SECRET, shared.AUTH_SECRET, "pass-word", "inference-key"];
  for (const secret of [...secrets, "redis-pass"]) {
    expect(secret).toBeDefined();
    expect(text).not.toContain(secret);
  }
});

test("production without a data product has none; a demo always has one", () => {
  setEnv({ SIDECAR_MODE: "production" });
  expect(readSettings()).toMatchObject({ hasProduct: false, hasDemoProduct: false });
  setEnv({ DATA_PRODUCT_API: "http://127.0.0.1:1" });
  expect(readSettings()).toMatchObject({ hasProduct: true, hasDemoProduct: false });
  delete process.env.DATA_PRODUCT_API;
  setEnv({ SIDECAR_MODE: "demo" });
  expect(readSettings()).toMatchObject({ hasProduct: true, hasDemoProduct: true });
});
