import { statfs } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import type { ProductSchema } from "@/server/contracts";
import { shortHash } from "@/server/platform";
import { quoteName } from "../engine/statement";
import { type CatalogTable, readFingerprint, readRows } from "./catalog";

/** A table has to grow or shrink by about a tenth to count as different data. */
const BUCKETS_PER_E = 10;

export function sizeBucket(rowCount: number): number {
  return Math.round(Math.log1p(rowCount) * BUCKETS_PER_E);
}

export interface DataState {
  rowCounts: Map<string, number>;
  schemaFingerprint: string;
  dataVersion: string;
}

/** Live row counts (metadata only, no scan) and the two versions. */
export async function readDataState(
  connection: DuckDBConnection,
  catalog: CatalogTable[],
): Promise<DataState> {
  const rowCounts = new Map<string, number>();
  for (const table of catalog) {
    const [row] = await readRows(
      connection,
      z.object({ n: z.coerce.number() }),
      `SELECT count(*) AS n FROM ${quoteName(table.name)}`,
    );
    rowCounts.set(table.name, row?.n ?? 0);
  }
  const [executed] = await readRows(
    connection,
    z.object({ n: z.coerce.number() }),
    "SELECT count(*) AS n FROM _sidecar_operations WHERE state = 'succeeded'",
  );
  const schemaFingerprint = await readFingerprint(connection);
  const sizes = [...rowCounts].map(([name, rows]) => [name, sizeBucket(rows)]);
  return {
    rowCounts,
    schemaFingerprint,
    dataVersion: shortHash(JSON.stringify([schemaFingerprint, executed?.n ?? 0, sizes])),
  };
}

const Sizes = z.object({ memory_limit: z.string(), database_bytes: z.coerce.number() });

/** What the product runs with: its memory limit, blocks in use, and free space where its file is. */
export async function readResources(
  connection: DuckDBConnection,
  dataDir: string,
): Promise<NonNullable<ProductSchema["resources"]>> {
  const [sizes] = await readRows(
    connection,
    Sizes,
    `SELECT current_setting('memory_limit') AS memory_limit,
       block_size * used_blocks AS database_bytes
     FROM pragma_database_size() WHERE database_name = current_database()`,
  );
  const disk = await statfs(dataDir);
  return {
    memory_limit_bytes: parseBytes(sizes?.memory_limit ?? ""),
    database_bytes: sizes?.database_bytes ?? 0,
    free_disk_bytes: disk.bavail * disk.bsize,
  };
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** DuckDB prints sizes as `1.8 GiB`, cut to one digit. Throws Error on any other form. */
export function parseBytes(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) (\w+)$/.exec(text) ?? [];
  const power = UNITS.indexOf(unit === "byte" ? "bytes" : unit);
  if (number === undefined || power < 0) throw new Error(`No size in bytes: ${text}`);
  return Math.round(Number(number) * 1024 ** power);
}
