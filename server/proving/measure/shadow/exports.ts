import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ProductSchema, TableSchema } from "@/server/contracts";
import { checkDataVersion } from "@/server/data-product";
import type { DataProduct, TableExport } from "@/server/data-product/port";
import { newId, shortHash } from "@/server/platform";
import { quoteLiteral } from "@/server/sql";
import { isSampled, type LoadedTable } from "./build";
import { openSession } from "./session";

export interface CacheRequest {
  product: DataProduct;
  schema: ProductSchema;
  table: TableSchema;
  cacheDir: string;
  rowsMax: number;
  seed: number;
  signal: AbortSignal;
}

/**
 * A table of the product as a Parquet file: read once for each data version, row limit and seed,
 * then served from the cache. Older versions of the table are removed. A killed process leaves no
 * half file under the final name: the description is renamed into place last.
 * Throws what `exportTable` throws, `product_invalid` for a file of another data version than the product's.
 */
export async function exportCached(request: CacheRequest): Promise<TableExport> {
  const { table, schema } = request;
  const folder = path.join(request.cacheDir, shortHash(request.product.productId));
  await mkdir(folder, { recursive: true });
  // Column types are part of the key: a changed type changes the file, not the data version.
  const version = shortHash(
    JSON.stringify([
      schema.data_version,
      request.rowsMax,
      request.seed,
      table.columns.map((column) => [column.name, column.type]),
    ]),
  );
  const stem = path.join(folder, `${shortHash(table.name)}-${version}`);
  const cached = await readDescription(stem);
  if (cached !== null) return cached;
  const fresh = await writeExport(request, stem);
  await prune(folder, shortHash(table.name), path.basename(stem));
  return fresh;
}

async function writeExport(request: CacheRequest, stem: string): Promise<TableExport> {
  const temporary = `${stem}.${newId("op")}.tmp`;
  try {
    const { rowsMax, seed, signal } = request;
    const options = { rowsMax, seed, signal, file: temporary };
    const { product, schema, table } = request;
    const written = await product.exportTable(table.name, options);
    const version = { table: table.name, found: written.dataVersion, signal };
    await checkDataVersion(product, schema, version);
    const described = { ...written, file: `${stem}.parquet` };
    await rename(temporary, described.file);
    await writeFile(temporary, JSON.stringify(described));
    await rename(temporary, `${stem}.json`);
    return described;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** So that the next proof reads the table anew: this file was of no use. */
export async function discardExport({ file }: Pick<TableExport, "file">): Promise<void> {
  await rm(file.replace(/\.parquet$/, ".json"), { force: true });
  await rm(file, { force: true });
}

async function readDescription(stem: string): Promise<TableExport | null> {
  try {
    const described: TableExport = JSON.parse(await readFile(`${stem}.json`, "utf8"));
    await stat(`${stem}.parquet`);
    // The folder may have been moved since it was written.
    return { ...described, file: `${stem}.parquet` };
  } catch {
    return null;
  }
}

/** Removes every other version of the table, and what killed exports left. */
async function prune(folder: string, tableHash: string, keep: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(tableHash) && !name.startsWith(`${keep}.`)) {
      await rm(path.join(folder, name), { force: true });
    }
  }
}

/**
 * Every second row of each sampled table, in the exported order, beginning with the first or the
 * second: two samples that share no row. Tables held whole stay as they are.
 */
export async function halveTables(
  tables: LoadedTable[],
  { workDir, half, signal }: { workDir: string; half: 0 | 1; signal: AbortSignal },
): Promise<LoadedTable[]> {
  const folders = new Set(tables.map(({ exported }) => path.dirname(exported.file)));
  const session = await openSession({
    file: ":memory:",
    threads: 1,
    signal,
    directories: [...folders, path.resolve(workDir)],
  });
  try {
    const halves: LoadedTable[] = [];
    for (const [index, loaded] of tables.entries()) {
      if (!isSampled(loaded)) {
        halves.push(loaded);
        continue;
      }
      const file = path.join(path.resolve(workDir), `half-${half}-${index}.parquet`);
      const source = `read_parquet(${quoteLiteral(loaded.exported.file)}, file_row_number = true)`;
      await session.run(
        `COPY (SELECT * EXCLUDE (file_row_number) FROM ${source} WHERE file_row_number % 2 = ${half}) TO ${quoteLiteral(file)} (FORMAT parquet)`,
      );
      const rows = Math.ceil((loaded.exported.rows - half) / 2);
      halves.push({ ...loaded, exported: { ...loaded.exported, file, rows } });
    }
    return halves;
  } finally {
    session.close();
  }
}
