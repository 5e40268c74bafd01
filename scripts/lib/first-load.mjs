import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** What a browser may have to load, parse and run before a page can be used; kB of 1,000 bytes. */
export const FIRST_LOAD_KB_MAX = 200;

const MANIFEST = "page_client-reference-manifest.js";

/** The JSON of a manifest, which Next.js writes as an assignment to a property of a global. */
function readManifest(file) {
  const text = readFileSync(file, "utf8");
  return JSON.parse(text.slice(text.indexOf("] = ") + 4).replace(/;\s*$/, ""));
}

/** `(review)/suggestions/[id]` → `/suggestions/[id]` */
const routeOf = (folder) =>
  `/${folder
    .split(path.sep)
    .filter((part) => part !== "." && !part.startsWith("("))
    .join("/")}`;

/**
 * The scripts that each page of the build names in its HTML, by their size as sent: what Next.js
 * itself takes, and what the page, its layouts and their error pages take. Polyfills of browsers
 * without modules are left out, and so is what is imported later.
 */
export function measureFirstLoad(root) {
  const next = path.join(root, ".next");
  const { rootMainFiles } = JSON.parse(
    readFileSync(path.join(next, "build-manifest.json"), "utf8"),
  );
  const sizes = new Map();
  const sizeOf = (file) => {
    if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(path.join(next, file))).length);
    return sizes.get(file);
  };
  const pages = path.join(next, "server", "app");
  return readdirSync(pages, { recursive: true })
    .filter((file) => path.basename(file) === MANIFEST)
    .map((file) => {
      const { entryJSFiles } = readManifest(path.join(pages, file));
      const scripts = new Set([...rootMainFiles, ...Object.values(entryJSFiles).flat()]);
      const bytes = [...scripts].reduce((sum, script) => sum + sizeOf(script), 0);
      return { route: routeOf(path.dirname(file)), kb: bytes / 1000 };
    })
    .sort((a, b) => b.kb - a.kb);
}
