import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";
import { shortHash } from "@/server/platform";
import { quoteName } from "../engine/sql-text";
import { type CatalogTable, fingerprintOf, readRows } from "./catalog";

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
  const schemaFingerprint = fingerprintOf(catalog);
  const sizes = [...rowCounts].map(([name, n]) => [
    name,
    Math.round(Math.log1p(n) * BUCKETS_PER_E),
  ]);
  return {
    rowCounts,
    schemaFingerprint,
    dataVersion: shortHash(JSON.stringify([schemaFingerprint, executed?.n ?? 0, sizes])),
  };
}
