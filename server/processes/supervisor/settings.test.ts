import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setEnv } from "@/server/platform";
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

test.each(["short", "development-only-secret-not-for-production"])(
  "production does not start on the secret %s",
  (secret) => {
    setEnv({ SIDECAR_MODE: "production", AUTH_SECRET: secret });
    const settings = readSettings();
    expect(() => shareSettings(settings)).toThrow("AUTH_SECRET");
  },
);

test("production without a data product has none; a demo always has one", () => {
  setEnv({ SIDECAR_MODE: "production" });
  expect(readSettings()).toMatchObject({ hasProduct: false, hasSpawn: false });
  setEnv({ DATA_PRODUCT_API: "http://127.0.0.1:1" });
  expect(readSettings()).toMatchObject({ hasProduct: true, hasSpawn: false });
  delete process.env.DATA_PRODUCT_API;
  setEnv({ SIDECAR_MODE: "demo" });
  expect(readSettings()).toMatchObject({ hasProduct: true, hasSpawn: true });
});
