import { afterEach, describe, expect, test } from "vitest";
import { proposeCandidates } from "@/server/advisor";
import type { TableSchema, WorkloadPattern } from "@/server/contracts";
import { shareTextReader, type TextDescription, textReader, unreadText } from "@/server/workload";
import { countShapes, describeLimits, limitCandidates, NO_LIMITS } from "./analysis-limits";
import { describeHeaviest } from "./describe-queries";
import { indexOn } from "./testing/fixtures";

const NOW = new Date(0).toISOString();
const column = (name: string) => ({
  ...{ name, type: "BIGINT", nullable: true, default_sql: null, statistics: null },
});
const TABLE: TableSchema = {
  ...{ name: "t", row_count: 1_000_000, estimated_bytes: 10_000_000, constraints: [] },
  columns: [column("a"), column("b")],
  indexes: [{ name: "by_b", columns: ["b"], is_unique: false, sql: "CREATE INDEX by_b ON t(b)" }],
};

/** Shapes of a workload, of which the later ones take more time. */
function patternsOf(count: number, timeOf = (at: number) => at + 1): WorkloadPattern[] {
  return Array.from({ length: count }, (_, at) => ({
    ...{ fingerprint: `f${at}`, sql: `SELECT a AS a${at} FROM t WHERE b = $1` },
    kind: "select" as const,
    ...{ is_parsed: true, calls: 10, mean_ms: timeOf(at), median_ms: timeOf(at), p95_ms: 1 },
    ...{ first_seen: NOW, last_seen: NOW },
  }));
}

const own = textReader();
afterEach(() => shareTextReader(own));

/** Of the texts that it is handed, reads the first: as many as its time would allow. */
function countReading(textsMax = Number.POSITIVE_INFINITY): string[] {
  const handed: string[] = [];
  shareTextReader({
    async describe(texts) {
      handed.push(...texts.map(({ sql }) => sql));
      return texts.map(({ sql }, place) => (place < textsMax ? readText(sql) : notReached(sql)));
    },
    close: () => Promise.resolve(),
  });
  return handed;
}

const notReached = (sql: string): TextDescription =>
  unreadText(sql, sql, { reason: "too_costly", message: "the time ended before its turn" });

function readText(sql: string): TextDescription {
  const text = notReached(sql);
  const kind = "select" as const;
  return { ...text, shape: { ...text.shape, kind, isParsed: true, tables: ["t"] }, unread: null };
}

describe("an observed workload of many shapes", () => {
  test("is read by the time that its shapes take: the heaviest, up to a number", async () => {
    const handed = countReading();
    const patterns = patternsOf(5000, () => 1).map((pattern, at) => ({
      ...pattern,
      calls: at + 1,
    }));
    const workload = await describeHeaviest(patterns, { tables: [TABLE] });
    expect(handed).toEqual(
      patterns
        .slice(4000)
        .reverse()
        .map(({ sql }) => sql),
    );
    expect(workload.queries.map(({ pattern }) => pattern)).toEqual(patterns);
    expect(countShapes(workload)).toMatchObject({ left_out: 4000, of: 5000 });
  });

  test("is read up to a share of its time, and as far as the time for reading goes", async () => {
    const handed = countReading(20);
    const limits = { min: 10, timeShare: 0.9, max: 1000 };
    const workload = await describeHeaviest(patternsOf(60), { tables: [TABLE] }, limits);
    // 60 + … + 19 are 90.7% of 60 + … + 1, and 60 + … + 20 are 89.6%.
    expect(handed).toHaveLength(42);
    const { time_share, ...counts } = countShapes(workload);
    expect(counts).toEqual({ left_out: 40, of: 60 });
    expect(time_share).toBeCloseTo(820 / 1830);
  });

  test("is read as a whole where it is small, however little a shape takes", async () => {
    const handed = countReading();
    const patterns = patternsOf(200, (at) => (at === 0 ? 1000 : 0.001));
    expect(countShapes(await describeHeaviest(patterns, { tables: [TABLE] }))).toEqual({
      ...{ left_out: 0, of: 200, time_share: 0 },
    });
    expect(handed).toHaveLength(200);
  });

  test("keeps an index that a shape may use which was not read", async () => {
    countReading(0);
    const { queries } = await describeHeaviest(patternsOf(1), { tables: [TABLE] });
    const dropped = (asked: typeof queries) =>
      proposeCandidates({ tables: [TABLE], queries: asked }).candidates.filter(
        ({ change }) => change.kind === "drop_index",
      );
    expect(dropped(queries)).toEqual([]);
    expect(dropped([])).toHaveLength(1);
  });
});

test("keeps the changes that most is expected of, and counts the others", () => {
  const all = Array.from({ length: 310 }, (_, at) => indexOn(`c${at}`));
  const excluded = all.slice(0, 5).map((candidate) => ({ candidate, reason: "too few values" }));
  const columns = { left_out: 1, of: 201 };
  const limited = limitCandidates({ candidates: all, excluded, columns });
  expect(limited.candidates).toEqual(all.slice(0, 300));
  expect(limited.excluded).toEqual(excluded);
  expect(limited.limits).toEqual({ columns, candidates: { left_out: 10, of: 315 } });
});

test("tells what was left out in counts, and nothing of nothing", () => {
  const limits = {
    ...NO_LIMITS,
    shapes: { left_out: 4650, of: 5000, time_share: 0.118 },
    tables: { left_out: 12, of: 300 },
  };
  expect(describeLimits(limits, { isProof: true })?.message).toBe(
    "This analysis left out 4,650 of 5,000 query shapes (12% of the workload's time) and 12 of 300 tables: what takes most of the workload's time comes first. A larger time budget (budget_seconds, up to PROOF_SECONDS_MAX) can cover more.",
  );
  expect(describeLimits(limits, { isProof: false })?.message).toMatch(/comes first\.$/);
  expect(describeLimits(NO_LIMITS, { isProof: true })).toBeNull();
});
