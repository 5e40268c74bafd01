import type { z } from "zod";
import { AppError } from "@/server/platform";
import { type CatalogTable, readCatalog } from "../connector/catalog";
import { PRODUCT_TABLES } from "../data/tables";
import type { Database } from "../engine/database";
import { quoteName } from "../engine/sql-text";
import { parseInput, type Route } from "../http/route";
import { type Column, CreateTable, TableName, UpdateTable } from "./table-input";

/** DuckDB Spawn's `/admin/tables`: names and types come from a closed grammar, then are quoted. */
export function tableRoutes(database: Database): Route[] {
  const route = (method: Route["method"], path: string, handle: Route["handle"]): Route => ({
    method,
    path,
    isProtected: true,
    handle,
  });
  return [
    route("GET", "/admin/tables", async () => ({
      status: 200,
      body: (await database.inspect(readCatalog)).map(describeTable),
    })),
    route("POST", "/admin/tables", async (call) => {
      const input = parseInput(CreateTable, call.body);
      return { status: 201, body: await change(database, input.name, false, [createSql(input)]) };
    }),
    route("PUT", "/admin/tables/{name}", async (call) => {
      const name = parseInput(TableName, call.path.name);
      const input = parseInput(UpdateTable, call.body);
      const table = quoteName(name);
      const statements = [
        ...input.add_columns.map((each) => `ALTER TABLE ${table} ADD COLUMN ${columnSql(each)}`),
        ...input.drop_columns.map((each) => `ALTER TABLE ${table} DROP COLUMN ${quoteName(each)}`),
      ];
      return { status: 200, body: await change(database, name, true, statements) };
    }),
    route("DELETE", "/admin/tables/{name}", async (call) => {
      const name = parseInput(TableName, call.path.name);
      if (PRODUCT_TABLES.some((each) => each === name)) {
        throw new AppError("conflict", `${name} is one of the product's own tables.`);
      }
      await change(database, name, true, [`DROP TABLE ${quoteName(name)}`]);
      return { status: 200, body: { name, status: "dropped" } };
    }),
  ];
}

/** Runs statements in one transaction after checking that the table is there, or is not. */
function change(database: Database, name: string, exists: boolean, statements: string[]) {
  return database.writes.run(async (connection) => {
    const known = (await readCatalog(connection)).some((table) => table.name === name);
    if (exists && !known) throw new AppError("not_found", `There is no table ${name}.`);
    if (!exists && known) throw new AppError("conflict", `The table ${name} exists already.`);
    await connection.run("BEGIN");
    try {
      for (const sql of statements) await connection.run(sql);
      await connection.run("COMMIT");
    } catch (cause) {
      await connection.run("ROLLBACK").catch(() => undefined);
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new AppError("not_executable", reason.slice(0, 1000), { cause });
    }
    const table = (await readCatalog(connection)).find((each) => each.name === name);
    return table ? describeTable(table) : null;
  });
}

function describeTable(table: CatalogTable) {
  const key = table.constraints.find((each) => each.type === "PRIMARY KEY")?.columns ?? [];
  return {
    name: table.name,
    columns: table.columns.map((column) => ({
      name: column.name,
      type: column.type,
      nullable: column.nullable,
      primary_key: key.includes(column.name),
    })),
  };
}

function createSql(input: z.infer<typeof CreateTable>): string {
  const key = input.columns.filter((each) => each.primary_key).map((each) => quoteName(each.name));
  const parts = input.columns.map(
    (each: Column) => `${columnSql(each)}${each.nullable ? "" : " NOT NULL"}`,
  );
  if (key.length > 0) parts.push(`PRIMARY KEY (${key.join(", ")})`);
  return `CREATE TABLE ${quoteName(input.name)} (${parts.join(", ")})`;
}

const columnSql = (column: { name: string; type: string }) =>
  `${quoteName(column.name)} ${column.type}`;
