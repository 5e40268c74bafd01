import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assertReachable, closedAncestors } from "./reachable";

const STRANGER = { uid: 54_321, gid: 54_321 };
let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "sidecar-reach-"));
  chmodSync(root, 0o755);
  mkdirSync(path.join(root, "private", "data"), { recursive: true });
  chmodSync(path.join(root, "private"), 0o700);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a private folder above the data is found, and the message says how to open it", () => {
  const data = path.join(root, "private", "data", "postgres");
  expect(closedAncestors(data, STRANGER)).toEqual([path.join(root, "private")]);
  expect(() => assertReachable("its data", data, STRANGER)).toThrow(
    `chmod o+x ${JSON.stringify(path.join(root, "private"))}`,
  );
});

test("an open path is reachable, and whoever runs as themselves is not asked", () => {
  expect(closedAncestors(path.join(root, "postgres"), STRANGER)).toEqual([]);
  expect(closedAncestors(path.join(root, "private", "data"), null)).toEqual([]);
});
