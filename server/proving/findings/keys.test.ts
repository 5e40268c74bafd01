import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

const CUSTOMERS = `CREATE TABLE customers AS SELECT
  CASE WHEN i < 3 THEN 500 ELSE i END AS customer_id, 'mail' || (i // 2) AS mail,
  CASE WHEN i = 9 THEN 'N8' ELSE 'N' || i END AS name, (i * 7) % 2003 AS points
  FROM range(2000) r(i)`;
const ORDERS =
  "CREATE TABLE orders AS SELECT i AS order_id, 10 + i % 1900 AS customer_id, i % 1000 AS code FROM range(5000) r(i)";

it("counts repeats in a column named as the table's key", async () => {
  const found = ofKind(await findIn([CUSTOMERS, ORDERS]), "duplicate_key");
  expect(found.map((one) => one.finding_id)).toEqual(["duplicate_key:customers:customer_id"]);
  expect(found[0]?.evidence.values).toEqual({
    repeated_values: 1,
    surplus_rows: 3,
    rows_of_one_value_max: 4,
  });
});

it("tells no value: values may be private", async () => {
  const [found] = ofKind(await findIn([CUSTOMERS]), "duplicate_key");
  expect(`${found?.title} ${found?.detail} ${found?.remediation.sql}`).not.toContain("500");
});

it("mentions repeats of a column that single rows are looked up by, as a note only", async () => {
  const queries = ["SELECT * FROM customers WHERE name = 'N1'"];
  const found = ofKind(await findIn([CUSTOMERS], { queries }), "duplicate_key");
  expect(found.map((one) => [one.column, one.severity])).toEqual([
    ["customer_id", "warning"],
    ["name", "info"],
  ]);
});

it("takes the side of a join that hardly repeats for a key, whatever its name", async () => {
  const codes =
    "CREATE TABLE tariffs AS SELECT CASE WHEN i = 1 THEN 2 ELSE i END AS code, 'T' || i AS label FROM range(1000) r(i)";
  const queries = ["SELECT count(*) FROM orders JOIN tariffs ON orders.code = tariffs.code"];
  const found = ofKind(await findIn([ORDERS, codes], { queries }), "duplicate_key");
  expect(found.map((one) => one.finding_id)).toEqual(["duplicate_key:tariffs:code"]);
  expect(found[0]?.detail).toContain("multiplies rows");
});

it("takes no column for a key because a membership test reads it", async () => {
  const seen =
    "CREATE TABLE seen AS SELECT CASE WHEN i = 1 THEN 2 ELSE i END AS code FROM range(1000) r(i)";
  const queries = [
    "SELECT count(*) FROM orders WHERE code IN (SELECT code FROM seen)",
    "SELECT count(*) FROM orders o WHERE EXISTS (SELECT 1 FROM seen s WHERE s.code = o.code)",
  ];
  expect(ofKind(await findIn([ORDERS, seen], { queries }), "duplicate_key")).toEqual([]);
});

it("says nothing of declared keys", async () => {
  const declared = "CREATE TABLE items (item_id INTEGER PRIMARY KEY, id INTEGER UNIQUE)";
  const fill = "INSERT INTO items SELECT i, i FROM range(1000) r(i)";
  expect(ofKind(await findIn([declared, fill]), "duplicate_key")).toEqual([]);
});
