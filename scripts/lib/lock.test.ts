import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface LockedPackage {
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}
const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync("package-lock.json", "utf8"),
);

test("the lock holds every optional package, or `npm ci` refuses it on some machine", () => {
  const isLocked = (name: string) =>
    Object.keys(lock.packages).some((path) => path.endsWith(`node_modules/${name}`));
  const missing = Object.values(lock.packages)
    .flatMap((locked) => Object.keys(locked.optionalDependencies ?? {}))
    .filter((name) => !isLocked(name));
  expect(missing).toEqual([]);
});

test("the lock names no registry: everybody's own is used", () => {
  const named = Object.entries(lock.packages).filter(([, locked]) =>
    locked.resolved?.startsWith("http"),
  );
  expect(named).toEqual([]);
});
