import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compilePlan, describeQuery, proposeCandidates } from "@/server/advisor";
import { Change, type ProvedCandidate, type TableSchema } from "@/server/contracts";
import { proveProduct } from "@/server/proving/testing/prove-product";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { candidateOf, openCaseProduct } from "./case-product";
import { type Case, readCase } from "./read-case";

const TIMEOUT_MS = 180_000;

let parser: ShapeParser;
let folder: string;
beforeAll(async () => {
  parser = await createShapeParser();
  folder = mkdtempSync(path.join(os.tmpdir(), "writes-"));
});
afterAll(() => {
  parser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Texts as a product tells of them, each with the values it was sent with. */
function observe(tables: TableSchema[], texts: readonly string[]) {
  return Promise.all(
    texts.map(async (sql) => {
      const { fingerprint, kind, isParsed: is_parsed } = await parser.normalize(sql);
      const seen = { first_seen: "2026-01-01T00:00:00Z", last_seen: "2026-01-02T00:00:00Z" };
      const times = { calls: 100, mean_ms: 5, median_ms: 5, p95_ms: 9 };
      return describeQuery(
        parser,
        { fingerprint, sql, kind, is_parsed, ...times, ...seen },
        tables,
      );
    }),
  );
}

/** What a proof says of one change on a case's data, with these texts as the workload. */
async function prove(setup: string[], texts: string[], change: Change): Promise<ProvedCandidate> {
  const source = await openCaseProduct(setup);
  try {
    const { tables } = source.schema;
    const queries = await observe(tables, texts);
    const { accepted, alternatives } = await proveProduct(
      source,
      mkdtempSync(path.join(folder, "proof-")),
      [candidateOf(tables, change, queries)],
      { queries, compile: (changes) => compilePlan(tables, changes) },
    );
    const [proved] = [...accepted, ...alternatives];
    if (proved === undefined) throw new Error("The proof says nothing of its candidate.");
    return proved;
  } finally {
    source.close();
  }
}

async function propose(setup: string[], texts: string[]) {
  const source = await openCaseProduct(setup);
  source.close();
  const { tables } = source.schema;
  return proposeCandidates({ tables, queries: await observe(tables, texts) });
}

const changeOf = ({ change }: Case) => Change.parse(change);
const writesOf = ({ writes_after }: Case) => writes_after as string[];

describe("01: an index on a table that a foreign key points to", () => {
  const one = readCase("01");

  test.each(writesOf(one))(
    "is rejected by a proof that replays: %s",
    async (write) => {
      const { verdict } = await prove(one.setup, [...one.queries, write], changeOf(one));
      expect(verdict.code).toBe("results_differ");
      expect(verdict.reason).toMatch(/write of the workload stops working: .*foreign key/i);
    },
    TIMEOUT_MS,
  );

  test(
    "passes beside writes of other columns, which are timed",
    async () => {
      const write = "UPDATE par SET note = 'x' WHERE id = 7";
      const { verdict, evidence } = await prove(one.setup, [...one.queries, write], changeOf(one));
      expect(verdict.code).toBe("passed");
      const queries = evidence?.basis === "measured" ? evidence.queries : [];
      expect(queries.map(({ kind }) => kind)).toContain("update");
    },
    TIMEOUT_MS,
  );

  test("is excluded where the workload updates the column", async () => {
    for (const write of [...writesOf(one), "INSERT OR REPLACE INTO par VALUES (0, 'q', 'n')"]) {
      const { candidates, excluded } = await propose(one.setup, [...one.queries, write]);
      expect(candidates.map((each) => each.candidate_id)).not.toContain("add_index:par:email");
      const reasons = excluded.filter(
        (each) => each.candidate.candidate_id === "add_index:par:email",
      );
      expect(reasons.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/foreign key of chi/),
      ]);
    }
    const kept = await propose(one.setup, [
      ...one.queries,
      "UPDATE par SET note = 'x' WHERE id = 1",
    ]);
    expect(kept.candidates.map((each) => each.candidate_id)).toContain("add_index:par:email");
  });
});

describe("10: a type that makes look-ups by odd texts fail", () => {
  const one = readCase("10");

  test(
    "is rejected where the workload has such a look-up",
    async () => {
      const odd = (one.reads_after as string[])[0] ?? "";
      const { verdict } = await prove(one.setup, [...one.queries, odd], changeOf(one));
      expect(verdict).toMatchObject({ code: "results_differ" });
      expect(verdict.reason).toMatch(/stops working/);
    },
    TIMEOUT_MS,
  );

  test("warns of them where it has none", async () => {
    const { setup, queries } = one;
    const source = await openCaseProduct(setup);
    const [min, max] = [
      "00003e3b-9e53-3685-200b-d3c1e9a6b3cb",
      "ffffe3b9-e533-6852-00bd-3c1e9a6b3cbf",
    ];
    const tables = source.schema.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => {
        const statistics = { distinct_count: 300_000, null_fraction: 0, min, max };
        return column.name === "sid" ? { ...column, statistics } : column;
      }),
    }));
    source.close();
    const { candidates } = proposeCandidates({ tables, queries: await observe(tables, queries) });
    const found = candidates.find((each) => each.candidate_id === "change_type:s:sid");
    expect(found?.drawbacks.join(" ")).toMatch(/compare.* fail/);
  });
});

describe("11: writes that look rows up by key", () => {
  const { setup: full, queries } = readCase("11");
  const setup = full.map((sql) => sql.replaceAll("2000000", "300000"));
  const texts = [...queries, "DELETE FROM ev WHERE id = 5"];

  test.each(texts)("an index is proposed for %s", async (sql) => {
    const { candidates } = await propose(setup, [sql]);
    expect(candidates.map((each) => each.candidate_id)).toContain("add_index:ev:id");
  });

  test.each(texts)(
    "and measured, with commits: %s",
    async (sql) => {
      const change = { kind: "add_index" as const, table: "ev", column: "id" };
      const { evidence } = await prove(setup, [sql], change);
      expect(evidence?.basis).toBe("measured");
      if (evidence?.basis !== "measured") return;
      expect(evidence.queries).toHaveLength(1);
      const scanned = evidence.queries[0]?.rows_scanned;
      expect(scanned?.baseline).toBeGreaterThan(100_000);
      expect(scanned?.candidate).toBeLessThan(10);
    },
    TIMEOUT_MS,
  );
});
