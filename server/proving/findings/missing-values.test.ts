import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

const TABLE = `CREATE TABLE people AS SELECT i AS person_no,
  CASE WHEN i % 100 = 0 THEN NULL ELSE i END AS rarely_missing,
  CASE WHEN i % 3 = 0 THEN NULL ELSE i END AS often_missing,
  CASE WHEN i % 100 = 0 THEN NULL ELSE i END AS "odd ""name"
  FROM range(2000) r(i)`;

it("counts the gaps of columns that are nearly always filled, and of no others", async () => {
  const found = ofKind(await findIn([TABLE]), "missing_values");
  expect(found.map((one) => [one.finding_id, one.evidence.values])).toEqual([
    ['missing_values:people:odd "name', { missing_rows: 20, missing_share: 0.01 }],
    ["missing_values:people:rarely_missing", { missing_rows: 20, missing_share: 0.01 }],
  ]);
  expect(found[1]).toMatchObject({
    severity: "warning",
    evidence: { rows: 2000, rows_total: 2000 },
  });
  expect(found[1]?.detail).toContain("20 of 2,000 rows have no value (1%)");
});

it("says that it looked at a sample", async () => {
  const [found] = ofKind(await findIn([TABLE], { rowsMax: 1000 }), "missing_values");
  expect(found?.evidence).toMatchObject({ rows: 1000, rows_total: 2000 });
  expect(found?.detail).toContain("a sample of 1,000 of 2,000 rows");
});
