import fc from "fast-check";
import type { Change } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import type { TestDatabase } from "./duckdb";

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
  { type: "DECIMAL(20,2)", value: "CASE WHEN i % 11 = 5 THEN NULL ELSE i * 1.25 END", to: [] },
] as const;

const columns = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    name: fc.constantFrom("a", "Zeta", "select", 'q"x', "semi;colon", "größe"),
    extra: fc.constantFrom("", "CHECK", "DEFAULT", "INDEX", "INDEX", "UNIQUE PAIR", "UNIQUE INDEX"),
    hasComment: fc.boolean(),
    actions: fc.uniqueArray(
      fc.constantFrom("type", "index", "drop", "unique", "not null", "unique pair"),
      { maxLength: 2 },
    ),
    to: fc.nat(),
  }),
  { minLength: 1, maxLength: 4, selector: (column) => column.name },
);

/** A table with awkward names, its rows, and changes to it that may or may not fit. */
export const planScenario = fc.record({
  table: fc.constantFrom("t", "Order", 'ta"ble; --'),
  columns,
  key: fc.constantFrom("none", "present", "added", "unique"),
  rows: fc.integer({ min: 0, max: 60 }),
  keys: fc.array(fc.nat(3), { maxLength: 4 }),
  way: fc.constantFrom({}, { curve: "morton" as const }, { step: 10 }, { step: "month" as const }),
});
export type PlanScenario = typeof planScenario extends fc.Arbitrary<infer S> ? S : never;

function definitionsOf({ columns, key }: PlanScenario): string[] {
  const id = { none: "", added: "", present: " PRIMARY KEY", unique: " NOT NULL UNIQUE" }[key];
  const pairs: string[] = [];
  const plain = columns.map(({ name, kind, extra }) => {
    const quoted = quoteIdentifier(name);
    if (extra === "UNIQUE PAIR") pairs.push(`UNIQUE (id, ${quoted})`);
    const check = `CHECK (${quoted} IS NULL OR length(CAST(${quoted} AS VARCHAR)) < 99)`;
    const fallback = extra === "DEFAULT" && kind.type === "INTEGER" ? " DEFAULT 5" : "";
    return `${quoted} ${kind.type}${fallback}${extra === "CHECK" ? ` ${check}` : ""}`;
  });
  return [`id INTEGER${id}`, ...plain, ...pairs];
}

const indexName = (column: string): string => `old ${column}`;

export async function buildScenario(db: TestDatabase, scenario: PlanScenario): Promise<void> {
  const { table, columns, rows } = scenario;
  const name = quoteIdentifier(table);
  await db.run(`CREATE TABLE ${name} (${definitionsOf(scenario).join(", ")})`);
  const values = ["(i * 37) % 61", ...columns.map(({ kind }) => kind.value)];
  await db.run(`INSERT INTO ${name} SELECT ${values.join(", ")} FROM range(${rows}) r(i)`);
  for (const { name: column, extra, hasComment } of columns) {
    const [quoted, index] = [quoteIdentifier(column), quoteIdentifier(indexName(column))];
    if (hasComment) await db.run(`COMMENT ON COLUMN ${name}.${quoted} IS 'it''s ${column}'`);
    if (extra === "INDEX") await db.run(`CREATE INDEX ${index} ON ${name} (${quoted})`);
    if (extra === "UNIQUE INDEX") {
      await db.run(`CREATE UNIQUE INDEX ${index} ON ${name} (id, ${quoted})`);
    }
    if (extra.endsWith("INDEX") && hasComment) await db.run(`COMMENT ON INDEX ${index} IS 'why'`);
  }
  await db.run(`COMMENT ON TABLE ${name} IS 'what it is'`);
}

export function scenarioChanges(scenario: PlanScenario): Change[] {
  const { table, columns, key, keys, way } = scenario;
  const changes = columns.flatMap((column) => columnChanges(table, column));
  if (key === "added") {
    changes.push({ kind: "add_constraint", table, constraint: "PRIMARY KEY", columns: ["id"] });
  }
  const names = [...new Set(keys.map((index) => columns[index]?.name ?? "id"))];
  if (names.length > 0) {
    changes.push({ kind: "cluster_table", table, keys: names, ...way });
  }
  return changes;
}

type Column = PlanScenario["columns"][number];

function columnChanges(table: string, column: Column): Change[] {
  return column.actions.flatMap((action) => columnChange(table, column, action) ?? []);
}

function columnChange(
  table: string,
  { name, kind, extra, to }: Column,
  action: Column["actions"][number],
): Change | null {
  const add = { kind: "add_constraint" as const, table };
  switch (action) {
    case "index":
      return { kind: "add_index", table, column: name };
    case "drop":
      return extra.endsWith("INDEX") ? { kind: "drop_index", table, index: indexName(name) } : null;
    case "unique":
      return { ...add, constraint: "UNIQUE", columns: [name] };
    case "unique pair":
      return { ...add, constraint: "UNIQUE", columns: [name, "id"] };
    case "not null":
      return { ...add, constraint: "NOT NULL", columns: [name] };
    case "type": {
      const target = kind.to[to % Math.max(1, kind.to.length)];
      if (target === undefined) return null;
      const type =
        target === "ENUM" ? { name: target, values: ["v0", "v1", "v2"] } : { name: target };
      return { kind: "change_type", table, column: name, from: kind.type, to: type };
    }
  }
}

/** Do the rows satisfy every constraint that is to be added? Asked of DuckDB, apart from any plan. */
export async function satisfies(db: TestDatabase, changes: Change[]): Promise<boolean> {
  for (const change of changes) {
    if (change.kind !== "add_constraint") continue;
    const columns = change.columns.map(quoteIdentifier);
    const from = `FROM ${quoteIdentifier(change.table)}`;
    const holes = columns.map((column) => `${column} IS NULL`).join(" OR ");
    const [nulls] = await db.rows(`SELECT count(*) ${from} WHERE ${holes}`);
    const groups = `SELECT 1 ${from} WHERE NOT (${holes}) GROUP BY ${columns.join(", ")} HAVING count(*) > 1`;
    const [twice] = await db.rows(`SELECT count(*) FROM (${groups})`);
    if (change.constraint !== "UNIQUE" && nulls?.[0] !== "0") return false;
    if (change.constraint !== "NOT NULL" && twice?.[0] !== "0") return false;
  }
  return true;
}
