import { describe, expect, it } from "vitest";
import { Change, type TableSchema } from "@/server/contracts";
import { diffTable } from "./schema-diff";

const column = (name: string, type: string) => ({
  name,
  type,
  nullable: true,
  default_sql: null,
  statistics: null,
});
const before: TableSchema = {
  name: "projects",
  row_count: 3,
  estimated_bytes: 1,
  columns: [column("status", "VARCHAR"), column("code", "VARCHAR")],
  indexes: [],
  constraints: [],
};
const changes: Change[] = [
  {
    kind: "change_type",
    table: "projects",
    column: "status",
    from: "VARCHAR",
    to: { name: "ENUM", values: ["A", "B", "C", "D", "E"] },
  },
  { kind: "add_index", table: "projects", column: "code" },
  { kind: "cluster_table", table: "projects", keys: ["code"] },
  { kind: "add_index", table: "other", column: "status" },
];

describe("diffTable", () => {
  it("marks what the changes touch and nothing else", () => {
    const changed = diffTable(before, changes).filter((row) => row.isChanged);
    expect(changed).toEqual([
      {
        part: "column",
        name: "status",
        before: "VARCHAR",
        after: "ENUM('A', 'B', 'C', 'D', … 1 more)",
        isChanged: true,
      },
      { part: "index", name: "code", before: null, after: "index", isChanged: true },
      {
        part: "row order",
        name: "stored rows",
        before: "as inserted",
        after: "ordered by code",
        isChanged: true,
      },
    ]);
  });

  it("is the same after the changes were executed", () => {
    const after: TableSchema = {
      ...before,
      columns: [column("status", "ENUM('A', 'B', 'C', 'D', 'E')"), column("code", "VARCHAR")],
      indexes: [{ name: "i", columns: ["code"], is_unique: false, sql: "" }],
    };
    expect(diffTable(after, changes)).toEqual(diffTable(before, changes));
  });

  it("shows what is dropped, declared, summarized and ordered along a curve", () => {
    const table: TableSchema = {
      ...before,
      indexes: [{ name: "old", columns: ["code"], is_unique: false, sql: "" }],
      constraints: [{ type: "UNIQUE", columns: ["status"], sql: "UNIQUE (status)" }],
    };
    const of = (change: Record<string, unknown> & { kind: Change["kind"] }) =>
      Change.parse({ table: "projects", ...change });
    const rows = diffTable(table, [
      of({ kind: "drop_index", index: "old" }),
      of({ kind: "add_constraint", constraint: "PRIMARY KEY", columns: ["code", "status"] }),
      of({ kind: "cluster_table", keys: ["code", "status"], curve: "morton" }),
      of({
        kind: "materialize_summary",
        name: "by_status",
        keys: [{ name: "day", column: "created", unit: "day" }],
        measures: [{ name: "rows", aggregate: "count", column: null }],
        rewrites: [{ fingerprint: "f", sql: "SELECT 1" }],
      }),
      of({
        kind: "rewrite_query",
        rule: "prune_star",
        rewrites: [{ fingerprint: "f", sql: "SELECT 1" }],
      }),
    ]);
    const shown = rows.map((row) => [row.part, row.name, row.before, row.after].join(" | "));
    expect(shown.slice(2)).toEqual([
      "constraint | status | unique | unique",
      "constraint | code, status |  | primary key",
      "index | old | index | ",
      "row order | stored rows | as inserted | in Morton (Z-) order of code, status",
      "new table | by_status |  | count(*) by day of created",
    ]);
  });

  it.each([
    [100, "ordered by code (in ranges of 100)"],
    ["month", "ordered by code (monthly)"],
  ])("shows an order by ranges: %s", (step, after) => {
    const change = Change.parse({ kind: "cluster_table", table: "projects", keys: ["code"], step });
    expect(diffTable(before, [change]).at(-1)?.after).toBe(after);
  });
});
