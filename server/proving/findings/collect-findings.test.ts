import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Finding } from "@/server/contracts";
import { collectFindings } from "./collect-findings";
import { createTestShadow, type TestShadow } from "./testing/shadow";

const STATEMENTS = [
  `CREATE TABLE orders AS SELECT i AS order_id, i % 1000 AS customer_id, 'EUR' AS currency,
    CASE WHEN i % 200 = 0 THEN NULL ELSE 'text' || i END AS note FROM range(3000) r(i)`,
  "CREATE TABLE customers AS SELECT i AS customer_id FROM range(990) r(i)",
  "CREATE TABLE empty (id INTEGER, customer_id INTEGER)",
];

describe("findings of a shadow", () => {
  let shadow: TestShadow;
  beforeAll(async () => {
    shadow = await createTestShadow(STATEMENTS);
  });
  afterAll(() => shadow.close());

  it("keep to the contract, come by severity and id, and name no empty table", async () => {
    const found = await collectFindings(shadow.input);
    expect(Finding.array().parse(found)).toEqual(found);
    expect(found.map((one) => `${one.severity} ${one.finding_id}`)).toEqual([
      "warning missing_values:orders:note",
      "warning orphan_rows:orders:customer_id",
      "info redundant_column:orders:currency",
      "info undeclared_constraint:orders",
    ]);
  });

  it("are the same again for the same input", async () => {
    const first = await collectFindings(shadow.input);
    expect(await collectFindings(shadow.input)).toEqual(first);
  });

  it("end with the time: what was not looked at is not claimed", async () => {
    // Three tables are read, then two of the first check follow.
    let left = 5;
    const isTimeUp = () => left-- <= 0;
    const found = await collectFindings({ ...shadow.input, isTimeUp });
    expect(found.map((one) => one.finding_id)).toEqual(["missing_values:orders:note"]);
    expect(await collectFindings({ ...shadow.input, isTimeUp: () => true })).toEqual([]);
  });

  it("go on past a table that cannot be read, and tell the caller", async () => {
    const [first] = shadow.input.tables;
    if (first === undefined) throw new Error("no table");
    const gone = { ...first, table: { ...first.table, name: "gone" } };
    const errors: string[] = [];
    const found = await collectFindings({
      ...shadow.input,
      tables: [gone, ...shadow.input.tables],
      onError: (check, error) => errors.push(`${check}: ${String(error)}`),
    });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^profile: .*gone/s);
    expect(found).toHaveLength(4);
  });

  it("stop with the signal's reason", async () => {
    const controller = new AbortController();
    controller.abort(new Error("stopped by the test"));
    const stopped = collectFindings({ ...shadow.input, signal: controller.signal });
    await expect(stopped).rejects.toThrow("stopped by the test");
  });
});
