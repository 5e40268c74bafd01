import { mkdtemp, readdir, rm } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ProductFaultCode } from "@/server/contracts";
import {
  EXPORT_HEADERS,
  exportOf,
  type FaultyProduct,
  json,
  parquetOf,
  startFaultyProduct,
} from "./testing/faulty-product";
import { type FaultCase, faultIn, hang, status, text, within } from "./testing/misbehave";

let faulty: FaultyProduct;
let folder: string;
const files: Record<"whole" | "short", Buffer> = { whole: Buffer.of(), short: Buffer.of() };
beforeAll(async () => {
  faulty = await startFaultyProduct();
  folder = await mkdtemp(join(tmpdir(), "product-faults-"));
  files.whole = await parquetOf("SELECT i AS id, 'x' AS customer FROM range(20) r(i)");
  files.short = await parquetOf("SELECT i AS id, 'x' AS customer FROM range(7) r(i)");
});
afterAll(async () => {
  await faulty.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => faulty.mend());

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe("GET /connector/export/{table}", () => {
  const whole =
    (headers: Record<string, string>): RequestListener =>
    (request, response) =>
      exportOf(files.whole, headers)(request, response);
  const cutFile: RequestListener = (_, response) => {
    response.writeHead(200, EXPORT_HEADERS);
    response.end(files.whole.subarray(0, files.whole.length - 40));
  };
  const shortFile: RequestListener = (request, response) =>
    exportOf(files.short)(request, response);
  const without: RequestListener = (_, response) => {
    const { "x-data-version": _version, ...headers } = EXPORT_HEADERS;
    response.writeHead(200, headers);
    response.end(files.whole);
  };
  test.each<FaultCase>([
    ["cuts the file", cutFile, "wrong_file", null, /not a complete Parquet file/],
    [
      "sends no Parquet",
      text("id,customer", "application/octet-stream"),
      "wrong_field",
      "X-Rows",
      /expected string/,
    ],
    ["sends a page", text("<html>", "text/html"), "wrong_content_type", null, /text\/html/],
    ["counts other rows", shortFile, "wrong_file", "X-Rows", /says 20 rows, the file has 7/],
    [
      "sends more than were asked",
      whole({ "x-rows": "2000", "x-rows-total": "2000" }),
      "wrong_field",
      "X-Rows",
      /more than rows_max/,
    ],
    [
      "has more rows than there are",
      whole({ "x-rows-total": "3" }),
      "wrong_field",
      "X-Rows",
      /more than X-Rows-Total/,
    ],
    [
      "calls a part all",
      whole({ "x-rows-total": "30" }),
      "wrong_field",
      "X-Sample-Method",
      /all for 20 of 30/,
    ],
    ["counts in words", whole({ "x-rows": "many" }), "wrong_field", "X-Rows", /whole number/],
    [
      "samples in its own way",
      whole({ "x-sample-method": "bernoulli" }),
      "wrong_field",
      "X-Sample-Method",
      /"all"\|"reservoir"/,
    ],
    ["names no data version", without, "wrong_field", "X-Data-Version", /expected string/],
    ["hangs", hang, "timed_out", null, /no complete answer/],
    [
      "sends text as Parquet",
      exportOf(Buffer.from("id,customer")),
      "wrong_file",
      null,
      /not a complete Parquet file/,
    ],
    ["does not know the table", status(404, { code: "not_found" }), "refused", null, /\(404\)/],
  ])("a product that %s leaves no file", async (_, answer, code, field, what) => {
    faulty.misbehave("export", answer);
    const file = join(folder, "orders.parquet");
    const fault = await faultIn(() =>
      within(faulty.product).exportTable("orders", { rowsMax: 1000, seed: 1, file }),
    );
    expect(fault).toMatchObject({ code, field });
    expect(fault.message).toContain(`GET ${faulty.url}/connector/export/orders`);
    expect(fault.message).toMatch(what);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("POST /connector/query, /connector/execute, GET /connector/operations/{id}", () => {
  const query = { sql: "SELECT 1", parameters: [], row_limit: 1, timeout_ms: 1000 };
  const answer = { columns: [{ name: "a", type: "INTEGER" }], is_truncated: false, duration_ms: 1 };
  const operation = {
    ...{ operation_id: "op-1", state: "succeeded", statements: [], error: null },
    ...{ schema_fingerprint_before: "f1", schema_fingerprint_after: "f2" },
    ...{ started_at: inMinutes(0), finished_at: inMinutes(0) },
  };
  const ask = {
    query: () => within(faulty.product).query(query),
    execute: () =>
      within(faulty.product).execute({ operation_id: "op-1", statements: ["SELECT 1"] }),
    operations: () => within(faulty.product).getOperation("op-1"),
  };
  test.each<[keyof typeof ask, string, RequestListener, ProductFaultCode, string | null]>([
    [
      "query",
      "has too many rows",
      json(() => ({ ...answer, rows: [[1], [2]] })),
      "wrong_field",
      "rows",
    ],
    [
      "query",
      "has rows too wide",
      json(() => ({ ...answer, rows: [[1, 2]] })),
      "wrong_field",
      "rows[0]",
    ],
    [
      "query",
      "has a list in a cell",
      json(() => ({ ...answer, rows: [[[1]]] })),
      "wrong_field",
      "rows[0][0]",
    ],
    ["query", "takes too long", status(504, { code: "timeout" }), "refused", null],
    [
      "execute",
      "is another operation",
      json(() => ({ ...operation, operation_id: "x" })),
      "wrong_field",
      "operation_id",
    ],
    [
      "execute",
      "has no fingerprint",
      json(() => ({ ...operation, schema_fingerprint_after: null })),
      "wrong_field",
      "schema_fingerprint_after",
    ],
    [
      "execute",
      "fails without a reason",
      json(() => ({ ...operation, state: "failed" })),
      "wrong_field",
      "error",
    ],
    [
      "execute",
      "is in no known state",
      json(() => ({ ...operation, state: "done" })),
      "wrong_field",
      "state",
    ],
    // A proxy's: the product may have run it.
    ["execute", "is given up by a proxy", status(504, { code: "timeout" }), "failed", null],
    [
      "operations",
      "never ended",
      json(() => ({ ...operation, finished_at: null })),
      "wrong_field",
      "finished_at",
    ],
    ["operations", "has no such route", status(404), "route_missing", null],
  ])("%s: an answer that %s", async (route, _, answerWith, code, field) => {
    faulty.misbehave(route, answerWith);
    expect(await faultIn(ask[route])).toMatchObject({ code, field });
  });
});
