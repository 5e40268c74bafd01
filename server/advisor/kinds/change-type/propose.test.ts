import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ColumnSchema, TableSchema } from "@/server/contracts";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { proposeKind } from "../../propose-candidates";
import { column, statistics, table, workload } from "../../testing/advice";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

const holding = (one: ColumnSchema, more: Partial<TableSchema> = {}) =>
  table([one], { row_count: 1_000_000, ...more });
const advise = async (one: TableSchema, sql: string, values?: string[]) =>
  proposeKind("change_type", {
    tables: [one],
    queries: await workload(parser, [one], [{ sql, calls: 10, mean_ms: 5 }]),
    distinctValues: () => values,
  });
const SQL = "SELECT c, count(*) FROM projects WHERE c = ? GROUP BY c";

describe("proposeTypes", () => {
  test.each([
    ["VARCHAR", "2020-01-01", "2024-12-31", "DATE"],
    ["VARCHAR", "2020-01-01 00:00:00", "2024-12-31 10:20:30.5", "TIMESTAMP"],
    [
      "VARCHAR",
      "00000000-0000-0000-0000-000000000000",
      "ffffffff-0000-4000-8000-0123456789ab",
      "UUID",
    ],
    ["BIGINT", "0", "31", "TINYINT"],
    ["BIGINT", "-8000", "8000", "SMALLINT"],
    ["HUGEINT", "0", "2000000000", "BIGINT"],
    ["INTEGER", "1", "40", "SMALLINT"],
  ])("offers for %s from %s to %s the type %s", async (type, min, max, expected) => {
    const one = holding(column("c", type, { statistics: statistics(50, min, max) }));
    const { candidates } = await advise(one, SQL);
    expect(candidates.map((each) => each.change)).toEqual([
      { kind: "change_type", table: "projects", column: "c", from: type, to: { name: expected } },
    ]);
  });

  test.each([
    ["VARCHAR", "2020-1-1", "2024-12-31"],
    ["VARCHAR", "2020-01-01", "unknown"],
    ["VARCHAR", "00000000-0000-0000-0000-000000000000", "FFFFFFFF-0000-4000-8000-0123456789AB"],
    ["INTEGER", "0", "2000000000"],
    ["SMALLINT", "-33", "33"],
    ["DOUBLE", "1", "2"],
    ["VARCHAR COLLATE NOCASE", "2020-01-01", "2024-12-31"],
  ])("offers nothing for %s from %s to %s", async (type, min, max) => {
    const one = holding(column("c", type, { statistics: statistics(50, min, max) }));
    const { candidates, excluded } = await advise(one, SQL, type.includes("COLLATE") ? ["a"] : []);
    expect([...candidates, ...excluded]).toEqual([]);
  });

  test("offers an ENUM only with all values, in the order text sorts", async () => {
    const one = holding(column("c", "VARCHAR", { statistics: statistics(3, "A", "b") }));
    expect((await advise(one, SQL)).candidates).toEqual([]);
    expect((await advise(one, SQL, [])).candidates).toEqual([]);
    const [candidate] = (await advise(one, SQL, ["b", "A", "é", "Z"])).candidates;
    expect(candidate?.change).toMatchObject({ to: { name: "ENUM", values: ["A", "Z", "b", "é"] } });
    expect(candidate?.estimated_gain).toBe(0.5);
    expect(candidate?.drawbacks[0]).toMatch(/outside these 4 is rejected/);
    expect(candidate?.risk.level).toBe("high");
  });

  test.each([
    ["'draft'", ["a", "b", "draft"]],
    ["'it''s'", ["a", "b", "it's"]],
    ["CAST('draft' AS VARCHAR)", ["a", "b", "draft"]],
    ["5", ["5", "a", "b"]],
    ["'a'", ["a", "b"]],
    ["NULL", ["a", "b"]],
  ])("puts the default %s into the list, though no row holds it", async (default_sql, values) => {
    const one = holding(
      column("c", "VARCHAR", { statistics: statistics(2, "a", "b"), default_sql }),
    );
    const { candidates } = await advise(one, SQL, ["b", "a"]);
    expect(candidates[0]?.change).toMatchObject({ to: { name: "ENUM", values } });
  });

  test("excludes a list of values where the default is computed", async () => {
    const one = holding(
      column("c", "VARCHAR", { statistics: statistics(2, "a", "b"), default_sql: "upper('x')" }),
    );
    const { candidates, excluded } = await advise(one, SQL, ["b", "a"]);
    expect(candidates).toEqual([]);
    expect(excluded[0]?.reason).toBe(
      "The default of c is computed (upper('x')): it may be a value outside the list.",
    );
  });

  test.each<[string, string, string, string, string | null]>([
    ["VARCHAR", "2020-01-01", "2024-12-31", "'unknown'", null],
    ["VARCHAR", "2020-01-01", "2024-12-31", "'2020-01-01'", "DATE"],
    ["BIGINT", "0", "31", "-1", "TINYINT"],
    ["BIGINT", "0", "31", "1000", "SMALLINT"],
    ["BIGINT", "0", "31", "nextval('s')", "TINYINT"],
  ])(
    "offers for %s from %s to %s with default %s the type %s",
    async (type, min, max, default_sql, expected) => {
      const one = holding(column("c", type, { statistics: statistics(50, min, max), default_sql }));
      const { candidates } = await advise(one, SQL);
      const names = candidates.map(({ change }) => change.kind === "change_type" && change.to.name);
      expect(names).toEqual(expected === null ? [] : [expected]);
    },
  );

  test("offers nothing for a column no query uses, nor for a key of integers", async () => {
    const one = holding(column("c", "BIGINT", { statistics: statistics(9, "1", "9") }), {
      constraints: [{ type: "PRIMARY KEY", columns: ["c"], sql: "PRIMARY KEY(c)" }],
    });
    expect((await advise(one, SQL)).candidates).toEqual([]);
    const free = { ...one, constraints: [] };
    expect((await advise(free, "SELECT count(*) FROM projects")).candidates).toEqual([]);
    expect((await advise(free, SQL)).candidates).toHaveLength(1);
  });

  test.each(["c LIKE '2020%'", "substr(c, 1, 4) = '2020'"])(
    "leaves out a date that queries treat as text: %s",
    async (condition) => {
      const one = holding(
        column("c", "VARCHAR", { statistics: statistics(9, "2020-01-01", "2024-12-31") }),
      );
      const { candidates, excluded } = await advise(
        one,
        `SELECT c FROM projects WHERE ${condition}`,
      );
      expect(candidates).toEqual([]);
      expect(excluded[0]?.reason).toMatch(/treat c as text/);
    },
  );

  test.each([
    [
      "c = '2020-01-01'",
      /compare c with a value: with a text that is no DATE .* fail from then on/,
    ],
    ["c IN ('2020-01-01', '')", /compare c with a value/],
    [
      "c = n.since",
      /join c with notes\.since, which stays a text: .* fail for one that is no DATE/,
    ],
  ])("says what would fail on a DATE: %s", async (condition, sentence) => {
    const texts = statistics(9, "2020-01-01", "2024-12-31");
    const one = holding(column("c", "VARCHAR", { statistics: texts }));
    const notes = table([column("since", "VARCHAR")], { name: "notes" });
    const sql = `SELECT p.c FROM projects p, notes n WHERE p.${condition}`;
    const queries = await workload(parser, [one, notes], [{ sql, calls: 10, mean_ms: 5 }]);
    const { candidates } = proposeKind("change_type", { tables: [one, notes], queries });
    expect(candidates.map(({ drawbacks }) => drawbacks.join(" "))).toEqual([
      expect.stringMatching(sentence),
    ]);
  });

  test("leaves out a column of a foreign key", async () => {
    const one = holding(
      column("c", "VARCHAR", { statistics: statistics(9, "2020-01-01", "2024-12-31") }),
      {
        constraints: [
          { type: "FOREIGN KEY", columns: ["c"], sql: "FOREIGN KEY (c) REFERENCES x(d)" },
        ],
      },
    );
    expect((await advise(one, SQL)).excluded[0]?.reason).toMatch(/part of a foreign key/);
  });
});
