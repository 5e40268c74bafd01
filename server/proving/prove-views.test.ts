import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeQuery } from "@/server/advisor";
import type { ViewSchema, WorkloadPattern } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { candidate } from "./testing/candidates";
import { createTestProduct, type TestProduct } from "./testing/product";
import { proveProduct } from "./testing/prove-product";

const TIMEOUT_MS = 120_000;
const NAMED = "SELECT * FROM reviewed WHERE name = $1";
const VIEWS: ViewSchema[] = [
  // Told before the view that it reads.
  {
    name: "reviewed",
    sql: "CREATE VIEW reviewed AS SELECT * FROM named WHERE (maturity_years >= 0);",
    columns: [{ name: "name", type: "VARCHAR" }],
  },
  {
    name: "named",
    sql: "CREATE VIEW named (id, name, maturity_years) AS SELECT project_id, project_name, maturity_years FROM projects;",
    columns: [
      { name: "id", type: "UUID" },
      { name: "name", type: "VARCHAR" },
      { name: "maturity_years", type: "INTEGER" },
    ],
  },
  { name: "odd", sql: "CREATE VIEW odd AS SELECT macro_of_the_product(1) AS a;", columns: [] },
];

let folder: string;
let source: TestProduct;
let parser: ShapeParser;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "proving-views-"));
  source = await createTestProduct(120_000);
  parser = await createShapeParser();
});
afterAll(() => {
  parser.close();
  source.close();
  rmSync(folder, { recursive: true, force: true });
});

async function described(sql: string, samples: WorkloadPattern["parameter_samples"] = []) {
  const { fingerprint } = await parser.normalize(sql);
  const seen = { first_seen: "2026-01-01T00:00:00Z", last_seen: "2026-01-01T00:00:00Z" };
  const times = { calls: 100, mean_ms: 5, median_ms: 5, p95_ms: 9 };
  const pattern = { ...seen, ...times, fingerprint, sql, kind: "select" as const, is_parsed: true };
  const known = { ...pattern, parameter_samples: samples };
  return describeQuery(parser, known, source.schema.tables, VIEWS);
}

it(
  "replays queries through views, rejects what breaks one, and names what it could not know",
  async () => {
    const queries = [
      await described(NAMED, [["Project 1"]]),
      await described("FROM elsewhere"),
      await described("FROM raw.trips"),
    ];
    const [through] = queries;
    if (through === undefined) throw new Error("no query");
    const index = candidate({ kind: "add_index", table: "projects", column: "project_name" }, [
      through.pattern.fingerprint,
    ]);
    const breaking = {
      ...candidate(
        { kind: "drop_index", table: "projects", index: "x" },
        [],
        ["ALTER TABLE projects RENAME COLUMN project_name TO title"],
      ),
      candidate_id: "breaking",
    };
    const { accepted, alternatives } = await proveProduct(
      { ...source, schema: { ...source.schema, views: VIEWS } },
      folder,
      [index, breaking],
      { queries },
    );
    const of = (id: string) =>
      [...accepted, ...alternatives].find((one) => one.candidate.candidate_id === id);
    const proved = of(index.candidate_id);
    if (proved?.evidence?.basis !== "measured") throw new Error("no measurement");
    expect(proved.evidence.queries).toMatchObject([{ sql: NAMED, results_equal: true }]);
    expect(proved.evidence.workload.not_replayed).toMatchObject([
      { sql: "FROM elsewhere", why: expect.stringContaining("elsewhere") },
      { sql: "FROM raw.trips", why: expect.stringContaining("raw.trips") },
    ]);
    expect(of("breaking")?.verdict).toMatchObject({
      is_accepted: false,
      reason: expect.stringMatching(/view (named|reviewed) no longer works/),
    });
  },
  TIMEOUT_MS,
);
