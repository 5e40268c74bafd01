import { mkdir } from "node:fs/promises";
import path from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DataProduct } from "@/server/data-product";
import type { SentParameters, ShapeParser } from "@/server/workload";
import { type Connector, openConnector } from "./connector/connector";
import { writeTable } from "./connector/export-table";
import { runConnectorQuery } from "./connector/run-query";
import { CREATE_HIDDEN_TABLES } from "./data/tables";
import { QueryCapture } from "./engine/capture";
import { Database } from "./engine/database";
import { SERVING_THREADS } from "./engine/open";
import { financing } from "./financing";

export interface EmbedOptions {
  /** A DuckDB file; the connector's hidden tables are added to it. */
  file: string;
  productId: string;
  parser: ShapeParser;
}

export interface EmbeddedProduct {
  product: DataProduct;
  /** One statement of the product's own workload, timed and captured. Throws DuckDB's errors. */
  run(sql: string, parameters: SentParameters): Promise<void>;
  close(): Promise<void>;
}

const never = new AbortController().signal;

/**
 * The demo product's engine and connector over any database file, without HTTP between. For callers
 * who trust the file and themselves: files outside are not locked away as the demo product does.
 */
export async function embedProduct(options: EmbedOptions): Promise<EmbeddedProduct> {
  const { file, productId, parser } = options;
  const exportDir = path.join(path.dirname(file), "exports");
  await mkdir(exportDir, { recursive: true });
  const instance = await DuckDBInstance.create(file, { threads: String(SERVING_THREADS) });
  const capture = new QueryCapture((sql) => parser.normalize(sql));
  const engine = { instance, exportDir, dataDir: path.dirname(file) };
  const database = await Database.open(engine, capture);
  await database.writes.run(async (connection) => {
    for (const sql of CREATE_HIDDEN_TABLES) await connection.run(sql);
  });
  const connector = await openConnector(engine, database.writes, {
    productId,
    domain: financing.name,
  });
  return {
    product: toProduct(productId, connector, capture),
    async run(sql, parameters) {
      const { kind } = await parser.normalize(sql);
      await (kind === "select" ? database.query(sql, parameters) : database.write(sql, parameters));
    },
    async close() {
      await connector.schema.settled();
      await database.writes.run((connection) => connection.run("CHECKPOINT"));
      await capture.settled();
      connector.close();
      database.close();
      instance.closeSync();
    },
  };
}

function toProduct(productId: string, connector: Connector, capture: QueryCapture): DataProduct {
  return {
    productId,
    getSchema: () => connector.schema.read(),
    getWorkload: (since) => capture.snapshot(productId, since),
    query: (request, signal = never) => runConnectorQuery(connector.reads, request, signal),
    exportTable: (table, { rowsMax, seed, file, signal = never }) =>
      connector.exports.use((connection) =>
        writeTable(connection, file, { table, rowsMax, seed }, signal),
      ),
    execute: (request) => connector.executor.execute(request),
    getOperation: (operationId) =>
      connector.reads.use((connection) => connector.executor.find(connection, operationId)),
  };
}
