import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change, TableSchema } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import { compilePlan, quoteIdentifier } from "./index";

/** Kinds of columns: a type, an expression over the row number i, and types it may change to. */
const KINDS = [
  { type: "INTEGER", value: "(i * 31) % 97", to: ["TINYINT", "BIGINT"] },
  { type: "BIGINT", value: "(i * 7) % 30000", to: ["INTEGER", "SMALLINT"] },
  {
    type: "VARCHAR",
    value: "CAST(DATE '2020-01-01' + CAST(i % 50 AS INTEGER) AS VARCHAR)",
    to: ["DATE"],
  },
  { type: "VARCHAR", value: "CASE WHEN i % 7 = 0 THEN NULL ELSE 'v' || (i % 3) END", to: ["ENUM"] },
  { type: "DECIMAL(20,2)", value: "i * 1.25", to: [] },
] as const;

const columns = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    name: fc.constantFrom("a", "Zeta", "select", 'q"x', "semi;colon", "größe"),
    extra: fc.constantFrom("", "", "CHECK", "DEFAULT", "INDEX", "UNIQUE PAIR"),
    action: fc.constantFrom("none", "none", "type", "index", "type and index"),
    to: fc.nat(),
  }),
  { minLength: 1, maxLength: 4 },
);
const scenario = fc.record({
  table: fc.constantFrom("t", "Order", 'ta"ble; --'),
  columns: columns.map((list) =>
    list.filter((c, at) => list.findIndex((d) => d.name === c.name) === at),
  ),
  hasKey: fc.boolean(),
  rows: fc.integer({ min: 0, max: 60 }),
  keys: fc.array(fc.nat(3), { maxLength: 2 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

async function build(db: TestDatabase, { table, columns, hasKey, rows }: Scenario): Promise<void> {
  const name = quoteIdentifier(table);
  const definitions = [`id INTEGER${hasKey ? " PRIMARY KEY" : ""}`];
  for (const { name: column, kind, extra } of columns) {
    const quoted = quoteIdentifier(column);
    const check =
      extra === "CHECK"
        ? ` CHECK (${quoted} IS NULL OR length(CAST(${quoted} AS VARCHAR)) < 99)`
        : "";
    const fallback = extra === "DEFAULT" && kind.type === "INTEGER" ? " DEFAULT 5" : "";
    definitions.push(`${quoted} ${kind.type}${fallback}${check}`);
    if (extra === "UNIQUE PAIR") definitions.push(`UNIQUE (id, ${quoted})`);
  }
  const ordered = definitions.sort(
    (a, b) => Number(a.startsWith("UNIQUE")) - Number(b.startsWith("UNIQUE")),
  );
  await db.run(`CREATE TABLE ${name} (${ordered.join(", ")})`);
  for (const { name: column, extra } of columns) {
    if (extra === "INDEX")
      await db.run(
        `CREATE INDEX ${quoteIdentifier(`old ${column}`)} ON ${name} (${quoteIdentifier(column)})`,
      );
  }
  const values = ["(i * 37) % 61", ...columns.map(({ kind }) => kind.value)];
  await db.run(`INSERT INTO ${name} SELECT ${values.join(", ")} FROM range(${rows}) r(i)`);
}

function changesOf({ table, columns, keys }: Scenario): Change[] {
  const changes: Change[] = [];
  for (const { name, kind, action, to } of columns) {
    const target = kind.to[to % Math.max(1, kind.to.length)];
    if (action.includes("type") && target !== undefined) {
      const type =
        target === "ENUM" ? { name: target, values: ["v0", "v1", "v2"] } : { name: target };
      changes.push({ kind: "change_type", table, column: name, from: kind.type, to: type });
    }
    if (action.includes("index")) changes.push({ kind: "add_index", table, column: name });
  }
  const names = [...new Set(keys.map((at) => columns[at % columns.length]?.name ?? "id"))];
  if (names.length > 0) changes.push({ kind: "cluster_table", table, keys: names });
  return changes;
}

function tryCompile(tables: TableSchema[], changes: Change[]) {
  try {
    return compilePlan(tables, changes);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return null;
  }
}

test("every plan runs in one transaction; its revert restores schema, data and the promised order", async () => {
  let compiled = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async (input) => {
      const db = await openTestDatabase();
      try {
        await build(db, input);
        const select = `SELECT * FROM ${quoteIdentifier(input.table)}`;
        const [before, rows] = [await db.schema(), await db.rows(select)];
        const plan = tryCompile(before, changesOf(input));
        if (!plan || plan.statements.length === 0) return;
        compiled += 1;
        await db.transact(plan.statements);
        const sorted = (list: string[][]) => list.map((row) => JSON.stringify(row)).sort();
        expect(sorted(await db.rows(select))).toEqual(sorted(rows));
        await db.transact(plan.revert_statements);
        for (const statement of plan.cleanup_statements) await db.run(statement);
        expect(await db.schema()).toEqual(before);
        const after = await db.rows(select);
        expect(sorted(after)).toEqual(sorted(rows));
        const isPromised = input.hasKey || !plan.statements.join().includes("ORDER BY");
        if (isPromised) expect(after).toEqual(rows);
      } finally {
        db.close();
      }
    }),
    { numRuns: 60, seed: 11 },
  );
  expect(compiled).toBeGreaterThan(30);
}, 60_000);
