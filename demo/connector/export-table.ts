import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableExport } from "@/server/data-product";
import { AppError } from "@/server/platform";
import { quoteName, quoteText } from "../engine/statement";
import { type CatalogTable, readCatalog } from "./catalog";
import { readDataState } from "./data-state";

export interface ExportRequest {
  table: string;
  rowsMax: number;
  seed: number;
}

/**
 * Writes the table to a Parquet file in the export folder and answers the download, which deletes
 * it at its end. Interrupted when the client goes away.
 */
export async function exportTable(
  connection: DuckDBConnection,
  exportDir: string,
  request: ExportRequest,
  signal: AbortSignal,
): Promise<Response> {
  const file = path.join(exportDir, `${randomUUID()}.parquet`);
  const exported = await writeTable(connection, file, request, signal);
  return download(exported, signal);
}

/**
 * Writes the table to the given Parquet file. Rows keep their stored order, in samples too: the
 * order is what makes zone maps work, so a shuffled sample would prove the wrong thing. Nothing is
 * left behind by one that failed or was aborted.
 */
export async function writeTable(
  connection: DuckDBConnection,
  file: string,
  request: ExportRequest,
  signal: AbortSignal,
): Promise<TableExport> {
  const interrupt = () => connection.interrupt();
  signal.addEventListener("abort", interrupt);
  try {
    signal.throwIfAborted();
    return await copyTable(connection, file, request);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/**
 * Types that Parquet rounds or refuses, and so travel as text: DuckDB 1.5.6 writes a HUGEINT as
 * DOUBLE and an INTERVAL in milliseconds, no negative one.
 */
const TEXT_TYPE = /^(U?HUGEINT|INTERVAL)(\[\d*\])*$/;

function selectList(table: CatalogTable | undefined): string {
  const texts = (table?.columns ?? [])
    .filter(({ type }) => TEXT_TYPE.test(type))
    .map(({ name }) => `${quoteName(name)}::VARCHAR AS ${quoteName(name)}`);
  return texts.length === 0 ? "*" : `* REPLACE (${texts.join(", ")})`;
}

async function copyTable(
  connection: DuckDBConnection,
  file: string,
  { table, rowsMax, seed }: ExportRequest,
): Promise<TableExport> {
  // One snapshot: count, rows and data version belong together.
  await connection.run("BEGIN TRANSACTION READ ONLY");
  try {
    const catalog = await readCatalog(connection);
    const state = await readDataState(connection, catalog);
    const rowsTotal = state.rowCounts.get(table);
    if (rowsTotal === undefined) {
      throw new AppError("not_found", `There is no table ${JSON.stringify(table)}.`);
    }
    const isSample = rowsTotal > rowsMax;
    const name = quoteName(table);
    const sample = `WHERE rowid IN (SELECT rowid FROM ${name}
      USING SAMPLE reservoir(${rowsMax} ROWS) REPEATABLE (${seed}))`;
    const columns = selectList(catalog.find((one) => one.name === table));
    await connection.run(
      `COPY (SELECT ${columns} FROM ${name} ${isSample ? sample : ""})
       TO ${quoteText(file)} (FORMAT parquet, COMPRESSION snappy)`,
    );
    return {
      file,
      rows: isSample ? rowsMax : rowsTotal,
      rowsTotal,
      method: isSample ? "reservoir" : "all",
      dataVersion: state.dataVersion,
    };
  } finally {
    await connection.run("ROLLBACK").catch(() => undefined);
  }
}

async function download(exported: TableExport, signal: AbortSignal): Promise<Response> {
  const { size } = await stat(exported.file);
  const file = createReadStream(exported.file, { signal });
  // Also when the reader goes away, in the middle or before the first byte. An abort is no fault.
  file.on("error", () => undefined);
  file.once("close", () => void rm(exported.file, { force: true }));
  // Node's and the web's types of one and the same stream differ.
  const body = Readable.toWeb(file) as ReadableStream<Uint8Array>;
  return new Response(body, {
    headers: {
      "content-type": "application/vnd.apache.parquet",
      "content-length": String(size),
      "x-rows": String(exported.rows),
      "x-rows-total": String(exported.rowsTotal),
      "x-sample-method": exported.method,
      "x-data-version": exported.dataVersion,
    },
  });
}
