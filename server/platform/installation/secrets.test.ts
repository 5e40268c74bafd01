import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureSecrets, readSecrets } from ".";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "sidecar-secrets-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("secrets are made once, random, long enough and readable by their owner only", () => {
  expect(readSecrets(dir)).toBeNull();
  const made = ensureSecrets(dir);
  expect(Buffer.from(made.auth_secret, "base64")).toHaveLength(48);
  expect(ensureSecrets(dir)).toEqual(made);
  expect(statSync(path.join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
  rmSync(path.join(dir, "secrets.json"));
  expect(ensureSecrets(dir).auth_secret).not.toBe(made.auth_secret);
});

test("lost secrets beside an existing database are never replaced by new ones", () => {
  mkdirSync(path.join(dir, "postgres"));
  writeFileSync(path.join(dir, "postgres", "PG_VERSION"), "18");
  expect(() => ensureSecrets(dir)).toThrow("backup");
  expect(readSecrets(dir)).toBeNull();
});

test("a damaged file is reported, not overwritten", () => {
  writeFileSync(path.join(dir, "secrets.json"), '{"auth_secret": "x"');
  expect(() => ensureSecrets(dir)).toThrow("damaged");
});
