import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { measureFirstLoad } from "./first-load.mjs";

const root = mkdtempSync(path.join(os.tmpdir(), "first-load-"));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file, text) {
  const absolute = path.join(root, ".next", file);
  mkdirSync(path.dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
}

const KB = (text) => gzipSync(text).length / 1000;

test("a page weighs what Next.js, its layouts and it itself name, each script once", () => {
  write("build-manifest.json", JSON.stringify({ rootMainFiles: ["main.js"] }));
  for (const name of ["main", "layout", "page", "later"]) write(`${name}.js`, `${name}();`);
  const entryJSFiles = { "app/layout": ["layout.js"], "app/page": ["layout.js", "page.js"] };
  const manifest = JSON.stringify({ entryJSFiles });
  const folder = "server/app/(review)/suggestions/[id]";
  write(`${folder}/page_client-reference-manifest.js`, `globalThis.x["/[id]"] = ${manifest};`);
  write("server/app/api/route_client-reference-manifest.js", "not a page");
  expect(measureFirstLoad(root)).toEqual([
    { route: "/suggestions/[id]", kb: KB("main();") + KB("layout();") + KB("page();") },
  ]);
});
