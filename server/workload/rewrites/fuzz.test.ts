import { expect, test } from "vitest";
import type { QueryRewriteOption, ShapeParser } from "../shape";
import { describeDifference, fuzzRewrites } from "../testing/fuzz";

const QUERIES = 300;
const SEED = 20_260_101;

test("300 random queries: every text answers what its query does, and every rule is met", async () => {
  const { queries, rewritten, unanswered, textsByRule, differences } = await fuzzRewrites({
    queries: QUERIES,
    seed: SEED,
  });
  expect(differences.map(describeDifference)).toEqual([]);
  expect(queries).toBe(QUERIES);
  expect([...textsByRule].filter(([, texts]) => texts === 0)).toEqual([]);
  // A generator whose queries are errors would find nothing.
  expect(rewritten).toBeGreaterThan(QUERIES / 4);
  expect(unanswered).toBeLessThan(rewritten / 10);
}, 180_000);

/** The parser's own texts, each changed by a fault that a rule might have. */
const faulty =
  (spoil: (option: QueryRewriteOption) => QueryRewriteOption) =>
  (parser: ShapeParser): ShapeParser["rewrite"] =>
  async (...asked) =>
    (await parser.rewrite(...asked)).map(spoil);

test.each<[string, (option: QueryRewriteOption) => QueryRewriteOption]>([
  [
    "a bound that excludes its own value",
    (each) => ({ ...each, sql: each.sql.replace(" >= COALESCE(", " > COALESCE(") }),
  ],
  [
    "a bound that excludes dates where it cannot be computed",
    (each) => ({ ...each, sql: each.sql.replaceAll("'-infinity'", "'2020-01-01'") }),
  ],
  [
    "an end that leaves out infinite dates",
    (each) => ({
      ...each,
      sql: each.sql.replace(/\((\S+) (<=|>=) COALESCE\(/, "(isfinite($1) AND $1 $2 COALESCE("),
    }),
  ],
  [
    "a count of NULL",
    (each) => ({ ...each, sql: each.sql.replace(/COALESCE\((_j\w+\.\w+), 0\)/, "$1") }),
  ],
  [
    "one row too few",
    (each) => ({ ...each, sql: each.sql.replace("LIMIT greatest(", "LIMIT -1 + greatest(") }),
  ],
])(
  "a planted fault is found and made small: %s",
  async (_, spoil) => {
    // The first that is found ends the run.
    const { differences } = await fuzzRewrites({
      queries: 4 * QUERIES,
      seed: SEED,
      rewriteWith: faulty(spoil),
      differencesMax: 1,
    });
    expect(differences.length).toBeGreaterThan(0);
    for (const each of differences) {
      // Tables, a time zone, and the few rows that it takes.
      expect(each.setup.filter((sql) => sql.startsWith("INSERT")).length).toBeLessThan(5);
      expect(describeDifference(each)).toContain(each.text);
    }
  },
  180_000,
);

test("the same seed draws the same queries", async () => {
  const run = async (seed: number) => {
    const sent: string[] = [];
    await fuzzRewrites({
      ...{ queries: 10, seed },
      rewriteWith: () => async (sql) => {
        sent.push(sql);
        return [];
      },
    });
    return sent;
  };
  expect(await run(1)).toEqual(await run(1));
  expect(await run(1)).not.toEqual(await run(2));
});
