import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { DuckDBInstance } from "@duckdb/node-api";
import type { ProductSchema, Workload, WorkloadPattern } from "@/server/contracts";
import { createConnectorClient } from "../connector-client";
import type { DataProduct } from "../port";

export const FAULTY_PRODUCT_ID = "orders";
const FAULTY_ROWS = 20;

type Route = "schema" | "workload" | "query" | "export" | "execute" | "operations";

/** A product over HTTP that keeps the contract, but for the route that a test makes misbehave. */
export interface FaultyProduct {
  url: string;
  product: DataProduct;
  /** Until `mend`. */
  misbehave(route: Route, answer: RequestListener): void;
  mend(): void;
  close(): Promise<void>;
}

export const goodSchema = (): ProductSchema => ({
  product_id: FAULTY_PRODUCT_ID,
  domain: "test",
  duckdb_version: "v1.5.6",
  threads: 1,
  data_version: "d1",
  schema_fingerprint: "f1",
  tables: [
    {
      name: "orders",
      row_count: FAULTY_ROWS,
      estimated_bytes: 0,
      columns: [
        { name: "id", type: "BIGINT", nullable: false, default_sql: null, statistics: null },
        { name: "customer", type: "VARCHAR", nullable: true, default_sql: null, statistics: null },
      ],
      indexes: [],
      constraints: [],
    },
  ],
});

export function goodPattern(fingerprint: string): WorkloadPattern {
  const now = new Date().toISOString();
  return {
    ...{ fingerprint, sql: `SELECT ${fingerprint} FROM orders`, kind: "select", is_parsed: true },
    ...{ calls: 5, mean_ms: 1, median_ms: 1, p95_ms: 2, first_seen: now, last_seen: now },
  };
}

/** The workload that is asked for, with these rows. */
export const workloadOf = (url: string | undefined, patterns: unknown[]): Workload => ({
  product_id: FAULTY_PRODUCT_ID,
  since: new URL(url ?? "", "http://product").searchParams.get("since") ?? "",
  until: new Date().toISOString(),
  dropped_calls: 0,
  patterns: patterns as WorkloadPattern[],
});

/** An answer as JSON. */
export const json =
  (body: (url: string | undefined) => unknown, status = 200): RequestListener =>
  (request, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body(request.url)));
  };

export const EXPORT_HEADERS = {
  "content-type": "application/vnd.apache.parquet",
  "x-rows": String(FAULTY_ROWS),
  "x-rows-total": String(FAULTY_ROWS),
  "x-sample-method": "all",
  "x-data-version": "d1",
};

/** A Parquet file of the orders, as a SELECT makes it. */
export async function parquetOf(select: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "faulty-product-"));
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const file = join(folder, "orders.parquet");
    await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
    return await readFile(file);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** The export of this file. */
export const exportOf =
  (file: Buffer, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(200, { ...EXPORT_HEADERS, ...headers });
    response.end(file);
  };

/** Of any query. */
export const ANSWER = {
  columns: [{ name: "answer", type: "INTEGER" }],
  rows: [[42]],
  is_truncated: false,
  duration_ms: 1,
};

export async function startFaultyProduct(): Promise<FaultyProduct> {
  const rows = await parquetOf(
    `SELECT i AS id, 'Customer ' || i AS customer FROM range(${FAULTY_ROWS}) r(i)`,
  );
  const good: Record<Route, RequestListener> = {
    schema: json(goodSchema),
    workload: json((url) => workloadOf(url, [goodPattern("a"), goodPattern("b")])),
    query: async (request, response) => {
      const isRead = !/"sql":"(CREATE|SET|SELECT count\(\*\) FROM glob)/.test(
        await textOf(request),
      );
      const answer = isRead ? json(() => ANSWER) : json(() => ({ code: "invalid_input" }), 400);
      answer(request, response);
    },
    export: exportOf(rows),
    execute: json(() => ({ code: "invalid_input", detail: "not here" }), 400),
    operations: json(() => ({ code: "not_found" }), 404),
  };
  let routes = good;
  const server = createServer((request, response) => {
    const name = request.url?.split(/[/?]/)[2] ?? "";
    const route = Object.entries(routes).find(([known]) => known === name)?.[1];
    if (route === undefined) response.writeHead(404).end();
    else route(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  const getToken = async () => "token";
  return {
    url,
    product: createConnectorClient({ baseUrl: url, productId: FAULTY_PRODUCT_ID, getToken }),
    misbehave: (route, answer) => {
      routes = { ...good, [route]: answer };
    },
    mend: () => {
      routes = good;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The schema with something changed in place, or another in its stead. */
export const schemaWith = (change: (schema: ReturnType<typeof goodSchema>) => unknown) =>
  json(() => {
    const schema = goodSchema();
    return change(schema) ?? schema;
  });
