import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const { bin, version } = JSON.parse(readFileSync("package.json", "utf8"));

test("the package's program runs from any folder, and tells success from wrong usage", () => {
  const sidecar = (...args) =>
    spawnSync(process.execPath, [path.resolve(bin.sidecar), ...args], {
      cwd: path.resolve("docs"),
      encoding: "utf8",
    });
  expect(sidecar("--version")).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" });
  expect(sidecar("inbx")).toMatchObject({ status: 2, stdout: "" });
});
