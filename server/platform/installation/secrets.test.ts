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
  for (const secret of [made.session_secret, made.auth_secret]) {
    expect(Buffer.from(secret, "base64")).toHaveLength(48);
  }
  expect(made.session_secret).not.toBe(made.auth_secret);
  expect(ensureSecrets(dir)).toEqual(made);
  expect(statSync(path.join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
  rmSync(path.join(dir, "secrets.json"));
  expect(ensureSecrets(dir).session_secret).not.toBe(made.session_secret);
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

test("a file of an earlier version gets a session secret that no product knows, once", () => {
  const { session_secret: _, ...earlier } = ensureSecrets(dir);
  writeFileSync(path.join(dir, "secrets.json"), JSON.stringify(earlier));
  const upgraded = ensureSecrets(dir);
  expect(upgraded).toMatchObject(earlier);
  expect(upgraded.session_secret).not.toBe(earlier.auth_secret);
  expect(readSecrets(dir)).toEqual(upgraded);
  expect(statSync(path.join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
});
