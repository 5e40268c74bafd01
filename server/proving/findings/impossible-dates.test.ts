import { expect, it } from "vitest";
import { findIn, ofKind } from "./testing/find";

it("counts days before 1900 and more than 50 years ahead, judged by the given day", async () => {
  const table = `CREATE TABLE events AS SELECT i AS event_no,
    CASE i WHEN 1 THEN DATE '0020-01-01' WHEN 2 THEN DATE '2077-01-01' WHEN 3 THEN 'infinity'::DATE
      ELSE DATE '2020-01-01' + (i % 365)::INTEGER END AS day,
    CASE WHEN i % 10 = 0 THEN TIMESTAMP '9999-12-31' ELSE TIMESTAMP '2020-01-01' END AS valid_until
    FROM range(2000) r(i)`;
  const found = ofKind(await findIn([table]), "outliers");
  expect(found.map((one) => [one.finding_id, one.evidence.values])).toEqual([
    ["outliers:events:day", { early_values: 1, late_values: 1 }],
  ]);
  const later = await findIn([table], { input: { now: new Date("2030-01-01") } });
  expect(ofKind(later, "outliers")[0]?.evidence.values).toEqual({
    early_values: 1,
    late_values: 0,
  });
});

it("looks past columns of lists", async () => {
  const table = `CREATE TABLE events AS SELECT [DATE '0020-01-01'] AS days,
    CASE WHEN i = 1 THEN DATE '0020-01-01' ELSE DATE '2020-01-01' END AS day FROM range(2000) r(i)`;
  const found = ofKind(await findIn([table]), "outliers");
  expect(found.map((one) => one.finding_id)).toEqual(["outliers:events:day"]);
});
