import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Candidate, Change, ChangeKind, type Plan, SuggestionItem } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { areExclusive, CHANGE_KINDS, kindOf } from "./change-kinds";
import type { AdviceInput } from "./kind-spec";
import { compilePlan } from "./plan/compile-plan";
import { createIndexSql, createTableSql } from "./plan/table-sql";
import { proposeKind } from "./propose-candidates";
import { workload } from "./testing/advice";
import { openTestDatabase, type TestDatabase } from "./testing/duckdb";
import { describeQuery } from "./workload-query";

let parser: ShapeParser;
let db: TestDatabase;
beforeAll(async () => {
  parser = await createShapeParser();
  db = await openTestDatabase();
});
afterAll(() => {
  parser.close();
  db.close();
});

const KINDS = ChangeKind.options;
const SAMPLES: Change[] = KINDS.map((kind) => CHANGE_KINDS[kind].sample.change);

async function sampleInput(kind: ChangeKind): Promise<AdviceInput> {
  const { table, queries, distinctValues } = CHANGE_KINDS[kind].sample;
  const patterns = await workload(parser, [table], queries);
  return {
    tables: [table],
    queries: await Promise.all(
      patterns.map(({ pattern }) => describeQuery(parser, pattern, [table])),
    ),
    ...(distinctValues ? { distinctValues: () => distinctValues } : {}),
  };
}

test.each(KINDS)("dump %s", async (kind) => {
  const { candidates } = proposeKind(kind, await sampleInput(kind));
  console.log(kind, JSON.stringify(candidates.map((c) => c.change)));
});
