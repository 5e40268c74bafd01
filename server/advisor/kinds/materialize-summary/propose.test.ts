import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Candidate, type MaterializeSummaryChange, type TableSchema } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeCandidates, proposeKind } from "../../propose-candidates";
import { column, statistics, table, workload } from "../../testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const sales = (more: Partial<TableSchema> = {}) =>
  table(
    [
      column("id", "BIGINT", { statistics: statistics(3_000_000) }),
      column("status", "VARCHAR", { statistics: statistics(3) }),
      column("region", "VARCHAR", { statistics: statistics(50) }),
      column("customer", "INTEGER", { statistics: statistics(100_000) }),
      column("day", "DATE", { statistics: statistics(1000, "2020-01-01", "2022-12-31") }),
      column("amount", "DECIMAL(12,2)", { statistics: statistics(90_000) }),
      column("ratio", "DOUBLE"),
      column("note", "VARCHAR"),
    ],
    { name: "sales", row_count: 3_000_000, estimated_bytes: 100_000_000, ...more },
  );

async function advise(sqls: string[], one = sales(), others: TableSchema[] = []) {
  const tables = [one, ...others];
  const entries = sqls.map((sql, at) => ({ sql, calls: 10 + at, mean_ms: 50 }));
  const queries = await workload(parser, tables, entries);
  for (const query of queries) {
    query.summary = await parser.summarize(query.pattern.sql, tables);
  }
  return { tables, queries };
}
const changeOf = (candidate: Candidate | undefined): MaterializeSummaryChange => {
  if (candidate?.change.kind !== "materialize_summary") throw new Error("no summary");
  return candidate.change;
};

const BY_STATUS = "SELECT status, sum(amount) FROM sales GROUP BY status";
const BY_MONTH =
  "SELECT date_trunc('month', day), count(*) FROM sales WHERE status = 'A' GROUP BY 1";
const BY_REGION = "SELECT region, avg(amount) FROM sales GROUP BY region";
const BY_CUSTOMER = "SELECT customer, max(amount) FROM sales GROUP BY customer";
const INSERT = "INSERT INTO sales VALUES (1)";

describe("proposeSummaries", () => {
  test("names table, keys and measures after the columns, and puts the name into the queries", async () => {
    const { candidates, excluded } = proposeKind("materialize_summary", await advise([BY_MONTH]));
    expect(excluded).toEqual([]);
    const [candidate] = candidates;
    expect(candidates).toHaveLength(1);
    expect(candidate?.candidate_id).toBe("materialize_summary:sales:day_month,status");
    expect(candidate?.plan.statements).toEqual([
      "CREATE TABLE summary_sales_day_month_status AS SELECT date_trunc('month', source.day) AS day_month, source.status AS status, count(*) AS row_count FROM sales AS source GROUP BY 1, 2 ORDER BY 1, 2;",
    ]);
    expect(candidate?.plan.revert_statements).toEqual([
      "DROP TABLE summary_sales_day_month_status;",
    ]);
    expect(changeOf(candidate).rewrites.map((each) => each.sql)).toEqual([
      expect.stringMatching(
        /FROM summary_sales_day_month_status AS sales WHERE \(sales\.status = \$1\)/,
      ),
    ]);
    // 1096 days cut to months of 28 days or more, times 3.
    expect(candidate?.reason).toMatch(/1 query shape can read the same result from about 123 rows/);
    expect(candidate?.estimated_gain).toBeCloseTo(0.97, 2);
  });

  test("offers one summary that several queries share, and the narrow ones beside it", async () => {
    const { candidates } = proposeKind(
      "materialize_summary",
      await advise([BY_STATUS, BY_MONTH, BY_REGION]),
    );
    expect(candidates.map((each) => [each.target, each.targeted_fingerprints.length])).toEqual([
      ["day_month, region, status", 3],
      ["day_month, status", 2],
      ["region", 1],
    ]);
    expect(changeOf(candidates[0]).measures.map((each) => each.name)).toEqual([
      "count_amount",
      "row_count",
      "sum_amount",
    ]);
  });

  test("the next ones answer what the first leaves, so that all can be made together", async () => {
    const byDay = "SELECT sum(amount), count(*) FROM sales WHERE day BETWEEN ? AND ?";
    const wide = "SELECT customer, date_trunc('year', day), count(*) FROM sales GROUP BY 1, 2";
    const input = await advise(
      [BY_STATUS, BY_REGION, byDay, wide],
      sales({ row_count: 9_000_000 }),
    );
    const { candidates } = proposeKind("materialize_summary", input);
    expect(candidates.map((each) => each.target)).toEqual([
      "day, region, status",
      "customer, day_year",
      "day",
    ]);
    const [first, second] = candidates.map((each) => each.targeted_fingerprints);
    expect([...(first ?? []), ...(second ?? [])].sort()).toEqual(
      input.queries.map((query) => query.pattern.fingerprint).sort(),
    );
  });

  test("stays quick with many shapes on one table", async () => {
    const keys = ["status", "region", "day", "customer"];
    const sqls = Array.from({ length: 200 }, (_, at) => {
      const by = keys.filter((_key, bit) => (at >> bit) & 1).join(", ") || "status";
      return `SELECT ${by}, sum(amount) AS s${at}, max(id) FROM sales GROUP BY ${by}`;
    });
    const input = await advise(sqls, sales({ row_count: 90_000_000 }));
    const start = performance.now();
    expect(proposeKind("materialize_summary", input).candidates).toHaveLength(3);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test("leaves out, with the number, what would hold more than a tenth of the rows", async () => {
    const small = sales({ row_count: 900_000 });
    const { candidates, excluded } = proposeKind(
      "materialize_summary",
      await advise([BY_CUSTOMER], small),
    );
    expect(candidates).toEqual([]);
    expect(excluded.map((each) => each.reason)).toEqual([
      "It would have up to 100,000 rows, more than 10% of the 900,000 rows of sales.",
    ]);
    const { candidates: large } = proposeKind(
      "materialize_summary",
      await advise([BY_CUSTOMER, BY_REGION]),
    );
    expect(large.map((each) => each.target)).toEqual(["region", "customer"]);
  });

  test("leaves out what nothing tells the size of, and says nothing of a small or unknown table", async () => {
    const { candidates, excluded } = proposeKind(
      "materialize_summary",
      await advise(["SELECT note, count(*) FROM sales GROUP BY note"]),
    );
    expect(candidates).toEqual([]);
    expect(excluded[0]?.reason).toMatch(/a key has no statistics/);
    for (const row_count of [0, 9999]) {
      const advice = proposeKind(
        "materialize_summary",
        await advise([BY_STATUS], sales({ row_count })),
      );
      expect(advice).toEqual({ candidates: [], excluded: [] });
    }
  });

  test("says the writes it would miss, the refresh statement, and the texts to change", async () => {
    const sum = "SELECT status, sum(ratio) FROM sales GROUP BY status";
    const [candidate] = proposeKind("materialize_summary", await advise([sum, INSERT])).candidates;
    expect(candidate?.drawbacks).toEqual([
      "It does not include rows written since its last refresh; the workload has 11 inserts and 0 updates or deletes on sales.",
      "A refresh reads all of sales again, about 72 to 546 ms as measured on 3,000,000 rows: CREATE OR REPLACE TABLE summary_sales_status AS SELECT source.status AS status, sum(source.ratio) AS sum_ratio FROM sales AS source GROUP BY 1 ORDER BY 1;",
      "No query reads the summary by itself: the product's developers must switch each query to its new text.",
      "Sums of ratio are computed in another order: their last digits may differ.",
    ]);
  });

  test("shortens long names by a hash and takes no name that is taken", async () => {
    const long = "a_region_of_the_world_that_has_a_name_of_many_words";
    const one = sales({ columns: [column(long, "VARCHAR", { statistics: statistics(5) })] });
    const sql = `SELECT ${long}, count(*) FROM sales GROUP BY ${long}`;
    const first = changeOf(
      proposeKind("materialize_summary", await advise([sql], one)).candidates[0],
    );
    expect(first.name).toMatch(/^summary_sales_a_region_of_.*_[0-9a-f]{8}$/);
    expect(first.name).toHaveLength(60);
    const other = table([column("x", "INTEGER")], { name: "Summary_Sales_Status" });
    const second = changeOf(
      proposeKind("materialize_summary", await advise([BY_STATUS], sales(), [other])).candidates[0],
    );
    expect(second.name).toBe("summary_sales_status_2");
  });

  test("does not summarize a summary, nor offer one that is there", async () => {
    const made = table([column("status", "VARCHAR"), column("sum_amount", "DECIMAL(38,2)")], {
      name: "summary_sales_status",
      row_count: 500_000,
    });
    const sql =
      "SELECT status, sum(sum_amount) FROM summary_sales_status WHERE status = 'A' GROUP BY status";
    const { candidates, excluded } = proposeCandidates(
      await advise([BY_STATUS, sql], sales(), [made]),
    );
    expect(candidates.filter((each) => each.change.table.startsWith("summary_"))).toEqual([]);
    expect(excluded.map((each) => each.reason)).toContain(
      "summary_sales_status can already answer this: change the queries to read it, or refresh it.",
    );
  });

  test("takes no summary of another table for its own", async () => {
    const summary = (name: string) =>
      table([column("status", "VARCHAR"), column("sum_amount", "DECIMAL(38,2)")], { name });
    const eu = table([column("status", "VARCHAR")], { name: "sales_eu" });
    const held = async (...others: TableSchema[]) =>
      proposeKind("materialize_summary", await advise([BY_STATUS], sales(), others)).candidates
        .length === 0;
    expect(await held(summary("summary_sales_status"), eu)).toBe(true);
    expect(await held(summary("summary_salesforce_status"))).toBe(false);
    expect(await held(summary("summary_sales_eu_status"), eu)).toBe(false);
  });

  test("is valid by the contract, and does not depend on the order of queries", async () => {
    const input = await advise([BY_STATUS, BY_MONTH, BY_REGION, BY_CUSTOMER, INSERT]);
    const first = proposeKind("materialize_summary", input);
    const again = proposeKind("materialize_summary", {
      ...input,
      queries: [...input.queries].reverse(),
    });
    expect(again).toEqual(first);
    for (const each of first.candidates) expect(Candidate.parse(each)).toEqual(each);
    expect(first.candidates.length).toBeLessThanOrEqual(3);
  });
});
