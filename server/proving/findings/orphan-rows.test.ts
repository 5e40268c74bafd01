import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

const CUSTOMERS = "CREATE TABLE customers AS SELECT i AS customer_id FROM range(1000) r(i)";
const ORDERS = `CREATE TABLE orders AS SELECT i AS order_id,
  CASE WHEN i % 10 = 0 THEN NULL WHEN i < 25 THEN 5000 + i ELSE i % 1000 END AS customer_id,
  i % 300 AS region FROM range(3000) r(i)`;
const REGIONS = "CREATE TABLE regions AS SELECT i AS code FROM range(290) r(i)";

it("counts rows whose reference by name finds no partner, leaving NULLs out", async () => {
  const found = ofKind(await findIn([CUSTOMERS, ORDERS]), "orphan_rows");
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({
    finding_id: "orphan_rows:orders:customer_id",
    evidence: { values: { orphan_rows: 22, referring_rows: 2700, referred_rows: 1000 } },
  });
});

it("follows the joins of the workload", async () => {
  const queries = ["SELECT count(*) FROM orders o JOIN regions r ON o.region = r.code"];
  const found = ofKind(await findIn([ORDERS, REGIONS], { queries }), "orphan_rows");
  expect(found.map((one) => [one.finding_id, one.evidence.values.orphan_rows])).toEqual([
    ["orphan_rows:orders:region", 100],
  ]);
});

it("takes a membership test for no reference", async () => {
  const queries = [
    "SELECT count(*) FROM orders WHERE region IN (SELECT code FROM regions)",
    "SELECT count(*) FROM orders o WHERE EXISTS (SELECT 1 FROM regions r WHERE r.code = o.region)",
  ];
  expect(ofKind(await findIn([ORDERS, REGIONS], { queries }), "orphan_rows")).toEqual([]);
});

it("claims nothing where the table referred to is a sample", async () => {
  const few = ORDERS.replace("range(3000)", "range(900)");
  expect(ofKind(await findIn([CUSTOMERS, few], { rowsMax: 950 }), "orphan_rows")).toEqual([]);
});

it("counts orphans in a sample of the referring rows, and says so", async () => {
  const found = ofKind(await findIn([CUSTOMERS, ORDERS], { rowsMax: 2900 }), "orphan_rows");
  expect(found[0]?.evidence).toMatchObject({ rows: 2900, rows_total: 3000 });
  expect(found[0]?.evidence.values.orphan_rows).toBeGreaterThan(0);
});

it("takes a reference that most rows lack for optional", async () => {
  const loose =
    "CREATE TABLE visits AS SELECT i AS visit_id, 600 + i AS customer_id FROM range(2000) r(i)";
  expect(ofKind(await findIn([CUSTOMERS, loose]), "orphan_rows")).toEqual([]);
});

it("says nothing where all partners are there, or a foreign key keeps them", async () => {
  const whole = "CREATE TABLE a AS SELECT i % 1000 AS customer_id FROM range(2000) r(i)";
  const keyed = [
    "CREATE TABLE customers (customer_id INTEGER PRIMARY KEY)",
    "INSERT INTO customers SELECT i FROM range(100) r(i)",
    "CREATE TABLE bills (customer_id INTEGER REFERENCES customers (customer_id))",
    "INSERT INTO bills SELECT i % 100 FROM range(500) r(i)",
  ];
  expect(ofKind(await findIn([CUSTOMERS, whole]), "orphan_rows")).toEqual([]);
  expect(ofKind(await findIn(keyed), "orphan_rows")).toEqual([]);
});
