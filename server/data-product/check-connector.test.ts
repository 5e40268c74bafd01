import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { PRODUCT_FAULTS, type ProductFaultCode } from "@/server/contracts";
import { ACTORS } from "@/server/decisions/testing/fixtures";
import { checkConnector } from ".";
import {
  ANSWER,
  exportOf,
  type FaultyProduct,
  goodPattern,
  json,
  parquetOf,
  schemaWith,
  startFaultyProduct,
  workloadOf,
} from "./testing/faulty-product";
import { text } from "./testing/misbehave";

let faulty: FaultyProduct;
let orders: Buffer;
beforeAll(async () => {
  faulty = await startFaultyProduct();
  orders = await parquetOf("SELECT i AS id, 'x' AS customer FROM range(20) r(i)");
});
afterAll(() => faulty.close());
beforeEach(() => faulty.mend());

describe("the connect check", () => {
  const ctx = { actor: ACTORS.viewer, clock: { now: () => new Date() } };
  const check = () => checkConnector({ ctx, input: { product: faulty.product } });

  test("finds nothing wrong with a product that keeps the contract", async () => {
    const checks = await check();
    expect(checks.map(({ is_ok }) => is_ok)).toEqual([true, true, true, true, true]);
    expect(checks[2]?.detail).toMatch(/writes and files are refused$/);
    expect(checks[3]?.detail).toBe("20 of 20 rows of orders");
  });

  test.each<[string, () => void, number, ProductFaultCode]>([
    [
      "a random fingerprint",
      () =>
        faulty.misbehave(
          "schema",
          schemaWith((s) => ({ ...s, schema_fingerprint: String(Math.random()) })),
        ),
      0,
      "wrong_fingerprint",
    ],
    [
      "a bad table",
      () =>
        faulty.misbehave(
          "schema",
          schemaWith(({ tables, ...schema }) => ({
            ...schema,
            tables: [...tables, { name: "customers" }],
          })),
        ),
      0,
      "parts_left_out",
    ],
    [
      "bad rows",
      () =>
        faulty.misbehave(
          "workload",
          json((url) => workloadOf(url, [goodPattern("a"), 3])),
        ),
      1,
      "rows_left_out",
    ],
    [
      "another answer",
      () =>
        faulty.misbehave(
          "query",
          json(() => ({
            columns: [{ name: "a", type: "INTEGER" }],
            rows: [[1]],
            is_truncated: false,
            duration_ms: 1,
          })),
        ),
      2,
      "wrong_field",
    ],
    [
      "writes that are answered",
      () =>
        faulty.misbehave(
          "query",
          json(() => ANSWER),
        ),
      2,
      "not_refused",
    ],
    [
      "another data version",
      () => faulty.misbehave("export", exportOf(orders, { "x-data-version": "d0" })),
      3,
      "wrong_data_version",
    ],
    [
      "a page for an operation",
      () => faulty.misbehave("operations", text("<html>", "text/html")),
      4,
      "wrong_content_type",
    ],
  ])("says %s, and asks the other routes all the same", async (_, misbehave, index, code) => {
    misbehave();
    const checks = await check();
    expect(checks.map(({ fault }) => fault?.code)).toEqual(
      checks.map((__, at) => (at === index ? code : undefined)),
    );
    expect(checks[index]?.detail).toContain(PRODUCT_FAULTS[code].advice);
  });
});
