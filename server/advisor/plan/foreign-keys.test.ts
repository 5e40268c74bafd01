import { afterEach, beforeEach, expect, test } from "vitest";
import type { Change } from "@/server/contracts";
import { openTestDatabase, type TestDatabase } from "../testing/duckdb";
import { compilePlan } from "./compile-plan";
import { foreignKeysOf, referencedTable } from "./table-sql";

let db: TestDatabase;
beforeEach(async () => {
  db = await openTestDatabase();
});
afterEach(() => db.close());

/** A table of people's orders, whose name needs quotes, and one that refers to it. */
async function createTables(): Promise<void> {
  await db.run('CREATE TABLE "our orders" ("order id" INTEGER PRIMARY KEY, note VARCHAR)');
  await db.run(
    'CREATE TABLE item (id INTEGER, of INTEGER REFERENCES "our orders" ("order id"), size INTEGER)',
  );
  await db.run(`INSERT INTO "our orders" VALUES (1, 'a'), (2, 'b'), (3, 'c')`);
  await db.run("INSERT INTO item VALUES (2, 1, 5), (1, 1, 7)");
}

const CHANGES: Change[] = [
  { kind: "cluster_table", table: "item", keys: ["id"] },
  { kind: "add_constraint", table: "item", constraint: "UNIQUE", columns: ["id"] },
];

test.each(CHANGES)(
  "keys of the table that a rebuilt one refers to are updated and deleted as before: $kind",
  async (change) => {
    await createTables();
    const before = await db.schema();
    const plan = compilePlan(before, [change]);
    for (const statements of [plan.statements, plan.revert_statements]) {
      await db.transact(statements);
      await db.run('UPDATE "our orders" SET "order id" = 4 WHERE "order id" = 3');
      await db.run('UPDATE "our orders" SET "order id" = 3 WHERE "order id" = 4');
      await expect(db.run('DELETE FROM "our orders" WHERE "order id" = 1')).rejects.toThrow(
        /still referenced/,
      );
      await expect(db.run("INSERT INTO item VALUES (9, 9, 9)")).rejects.toThrow(/does not exist/);
    }
    expect(await db.schema()).toEqual(before);
    expect(await db.rows("SELECT id FROM item")).toEqual([["2"], ["1"]]);
  },
);

test("a foreign key to a table whose name needs quotes is understood as DuckDB prints it", async () => {
  await createTables();
  const [item] = (await db.schema()).filter(({ name }) => name === "item");
  if (item === undefined) throw new Error("The table was not created.");
  expect(item.constraints.map(referencedTable)).toEqual(["our orders"]);
  expect(foreignKeysOf(item)).toMatchObject([
    { references: "our orders", sql: 'FOREIGN KEY (of) REFERENCES "our orders" ("order id")' },
  ]);
});

test("a table that such a key points to is not rebuilt", async () => {
  await createTables();
  const change: Change = { kind: "cluster_table", table: "our orders", keys: ["note"] };
  const tables = await db.schema();
  expect(() => compilePlan(tables, [change])).toThrow(/referenced by a foreign key of item/);
});

test.each([
  ["FOREIGN KEY (a) REFERENCES main.t(id)", "t", "main.t"],
  ['FOREIGN KEY (a) REFERENCES "My ""T"""("b c")', 'my "t"', '"My ""T"""'],
  ["FOREIGN KEY (a) REFERENCES Order(id)", "order", '"Order"'],
  ["FOREIGN KEY (a) REFERENCES t (x)(id)", "t (x)", '"t (x)"'],
])("%s points to %s", (sql, name, target) => {
  const constraint = { type: "FOREIGN KEY" as const, columns: ["a"], sql };
  expect(referencedTable(constraint)).toBe(name);
  const table = {
    ...{ name: "u", row_count: 0, estimated_bytes: 0, columns: [], indexes: [] },
    constraints: [constraint],
  };
  expect(foreignKeysOf(table)[0]?.sql).toContain(`REFERENCES ${target} (`);
});

test("what follows a reference ends nothing but its own words", () => {
  const sql = "FOREIGN KEY (a) REFERENCES t(id); DROP TABLE t; --(id)";
  const constraint = { type: "FOREIGN KEY" as const, columns: ["a"], sql };
  expect(referencedTable(constraint)).toBe("t(id); drop table t; --");
});
