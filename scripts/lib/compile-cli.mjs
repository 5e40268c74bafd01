import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** A command that runs may still load parts of an older compilation: it is kept so long. */
const KEEP_MS = 86_400_000;

/** What shows that a file is the same; null: it is gone. */
function signOf(file) {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats === undefined ? null : `${stats.size}:${stats.mtimeMs}`;
}

function readStamp(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Compiled code keeps its sources' addresses: migrations and programs of threads lie beside those. */
const keepAddresses = {
  name: "keep-addresses",
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      if (!text.includes("import.meta.url")) return undefined;
      const address = JSON.stringify(pathToFileURL(file).href);
      return { contents: text.replaceAll("import.meta.url", address), loader: "ts" };
    });
  },
};

/** Compiles the program into a new folder below `cache`; answers the stamp that describes it. */
async function compile(root, entry, cache) {
  const { build } = await import("esbuild");
  const folder = mkdtempSync(path.join(cache, "build-"));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: folder,
    ...{ bundle: true, splitting: true, packages: "external", metafile: true },
    ...{ format: "esm", platform: "node", target: "node20", logLevel: "silent" },
    outExtension: { ".js": ".mjs" },
    plugins: [keepAddresses],
  });
  const sources = [...Object.keys(metafile.inputs), "tsconfig.json"];
  const signs = sources.map((file) => [file, signOf(path.join(root, file))]);
  return { folder: path.basename(folder), sources: Object.fromEntries(signs) };
}

function removeOld(cache, current) {
  for (const name of readdirSync(cache).filter((each) => each !== current)) {
    const folder = path.join(cache, name);
    const { mtimeMs = Date.now() } = statSync(folder, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > KEEP_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/** Path of the compiled program; made when there is none of exactly these sources. */
async function compiledFile(root, entry) {
  const cache = path.join(root, "node_modules", ".cache", "sidecar-cli");
  const stampFile = path.join(cache, "stamp.json");
  const fileOf = ({ folder }) =>
    path.join(cache, folder, `${path.basename(entry, path.extname(entry))}.mjs`);
  const known = readStamp(stampFile);
  const isSame = ([file, sign]) => signOf(path.join(root, file)) === sign;
  if (known !== null && Object.entries(known.sources).every(isSame) && existsSync(fileOf(known))) {
    return fileOf(known);
  }
  mkdirSync(cache, { recursive: true });
  const stamp = await compile(root, entry, cache);
  const draft = path.join(cache, stamp.folder, "stamp.json");
  writeFileSync(draft, JSON.stringify(stamp));
  renameSync(draft, stampFile);
  removeOld(cache, stamp.folder);
  return fileOf(stamp);
}

/**
 * Imports a TypeScript program compiled, with its unused modules left out: that loads in a quarter of the
 * time. Where it cannot be compiled (node_modules may not be written), its sources are loaded by tsx.
 */
export async function importCompiled(root, entry) {
  let file;
  try {
    file = await compiledFile(root, entry);
  } catch {
    const { register } = await import("tsx/esm/api");
    register();
    file = path.join(root, entry);
  }
  return import(pathToFileURL(file).href);
}
