import { expect, test } from "vitest";
import type { TableSchema } from "@/server/contracts";
import { type ColumnDraft, keysOf, toAddColumn } from "./column-draft";

const table = (name: string, keys: TableSchema["constraints"]): TableSchema => ({
  ...{ name, row_count: 1, estimated_bytes: 1, columns: [], indexes: [] },
  constraints: keys,
});
const TABLES = [
  table("projects", [{ type: "PRIMARY KEY", columns: ["id"], sql: "" }]),
  table("risks", [
    { type: "PRIMARY KEY", columns: ["risk_id"], sql: "" },
    { type: "UNIQUE", columns: ["risk_id", "year"], sql: "" },
    { type: "CHECK", columns: ["year"], sql: "" },
  ]),
];

test("a foreign key may refer to single keys of other tables, and to nothing else", () => {
  expect(keysOf(TABLES, "projects").map(({ label }) => label)).toEqual(["risks.risk_id"]);
  expect(keysOf(TABLES, "risks").map(({ label }) => label)).toEqual(["projects.id"]);
});

test("what is left empty is none; names and types lose their outer spaces, the default keeps them", () => {
  const draft: ColumnDraft = {
    ...{ table: "projects", column: " risk_id ", type: " VARCHAR ", default: " x" },
    ...{ isRequired: true, references: "risks.risk_id", reason: "" },
  };
  const keys = keysOf(TABLES, "projects");
  expect(toAddColumn(draft, keys)).toEqual({
    ...{ kind: "add_column", table: "projects", column: "risk_id", type: "VARCHAR" },
    ...{ default: " x", is_required: true, references: { table: "risks", column: "risk_id" } },
  });
  const bare = toAddColumn({ ...draft, default: "", references: "" }, keys);
  expect(bare).toMatchObject({ default: null, references: null });
});
