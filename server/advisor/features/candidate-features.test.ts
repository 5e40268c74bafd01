import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeCandidates } from "../propose-candidates";
import { column, statistics, table, workload } from "../testing/advice";
import { CandidateFeatures, candidateFeatures } from "./index";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const QUERIES = [
  { sql: "SELECT * FROM projects WHERE status = ? AND creation_date > ?", calls: 120 },
  { sql: "SELECT count(*) FROM projects WHERE status IN (?, ?, ?)", calls: 20 },
];

async function features(tables: Parameters<typeof proposeCandidates>[0]["tables"], id: string) {
  const queries = await workload(parser, tables, QUERIES);
  const { candidates, excluded } = proposeCandidates({ tables, queries });
  const all = [...candidates, ...excluded.map((one) => one.candidate)];
  const candidate = all.find((one) => one.candidate_id === id);
  if (!candidate) throw new Error(`${id} is not proposed: ${all.map((one) => one.candidate_id)}`);
  return candidateFeatures(candidate, tables, queries);
}

describe("features of a candidate", () => {
  test("hold what statistics and its heaviest query tell", async () => {
    const tables = [
      table(
        [
          column("status", "VARCHAR", { statistics: statistics(4) }),
          column("creation_date", "DATE", { statistics: statistics(900) }),
        ],
        { row_count: 1_000_000 },
      ),
    ];
    const found = await features(tables, "add_index:projects:status");
    expect(CandidateFeatures.parse(found)).toEqual(found);
    expect(found).toMatchObject({
      ...{ kind: "add_index", column: "status", type: "text", rows: 1_000_000, distinct: 4 },
      ...{ matches: 250_000, is_served: false, queries: 1 },
      // DuckDB takes no index for the other query, which also compares creation_date.
      share: 20 / 140,
      query: { uses: ["in"], other_filters: 0, is_star: false, joins: 0 },
    });
  });

  test("are zero where nothing is known, and valid still", async () => {
    const tables = [table([column("status", "VARCHAR"), column("creation_date", "DATE")])];
    const found = await features(tables, "cluster_table:projects:creation_date");
    expect(CandidateFeatures.parse(found)).toEqual(found);
    expect(found).toMatchObject({ type: "date", rows: 0, distinct: 0, matches: 0, queries: 1 });
    expect(found.query).toMatchObject({ uses: ["range"], range_share: null });
  });
});
