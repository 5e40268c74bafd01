import { describe, expect, it } from "vitest";
import type { Change, TableSchema } from "@/server/contracts";
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
});
