import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { AppError } from "@/server/platform";
import { type CatalogTable, readCatalog } from "../connector/catalog";

import type { Database } from "../engine/database";
import { quoteName } from "../engine/statement";
import { createRoutes, jsonBody } from "../http/app";

/** Plain lower-case names: nothing that needs quoting, nothing of the sidecar's (`_sidecar_…`). */
const TableName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "a name of lower-case letters, digits and _");

const ColumnType = z
  .string()
  .transform((text) => text.trim().toUpperCase())
  .pipe(
    z
      .string()
      .regex(
        /^(BOOLEAN|TINYINT|SMALLINT|INTEGER|BIGINT|DOUBLE|REAL|DATE|TIMESTAMP|TIME|UUID|TEXT|VARCHAR|CHAR\([1-9]\d{0,2}\)|VARCHAR\([1-9]\d{0,3}\)|DECIMAL\(([1-9]|[12]\d|3[0-8]),\d{1,2}\))$/,
        "a type this product offers",
      ),
  );

const Column = z.object({
  name: TableName,
  type: ColumnType,
  nullable: z.boolean().default(true),
  primary_key: z.boolean().default(false),
});
type Column = z.infer<typeof Column>;

const CreateTable = z.object({ name: TableName, columns: z.array(Column).min(1).max(200) });
const UpdateTable = z.object({
  add_columns: z
    .array(Column.omit({ nullable: true, primary_key: true }))
    .max(50)
    .default([]),
  drop_columns: z.array(TableName).max(50).default([]),
});

const params = z.object({ name: TableName });
const createTable = createRoute({
  method: "post",
  path: "/admin/tables",
  request: { body: jsonBody(CreateTable) },
  responses: { 201: { description: "The table." } },
});
const updateTable = createRoute({
  method: "put",
  path: "/admin/tables/{name}",
  request: { params, body: jsonBody(UpdateTable) },
  responses: { 200: { description: "The table as it is now." } },
});
const dropTable = createRoute({
  method: "delete",
  path: "/admin/tables/{name}",
  request: { params },
  responses: { 200: { description: "The table is gone." } },
});

/**
 * DuckDB Spawn's `/admin/tables`: names and types come from a closed grammar, then are quoted. The
 * product's `own` tables cannot be dropped.
 */
export function tableRoutes(database: Database, own: readonly string[]): OpenAPIHono {
  const routes = createRoutes();
  routes.get("/admin/tables", async (c) =>
    c.json((await database.inspect(readCatalog)).map(describeTable)),
  );
  routes.openapi(createTable, async (c) => {
    const input = c.req.valid("json");
    return c.json(await change(database, input.name, false, [createSql(input)]), 201);
  });
  routes.openapi(updateTable, async (c) => {
    const { name } = c.req.valid("param");
    const { add_columns, drop_columns } = c.req.valid("json");
    const table = quoteName(name);
    const statements = [
      ...add_columns.map((each) => `ALTER TABLE ${table} ADD COLUMN ${columnSql(each)}`),
      ...drop_columns.map((each) => `ALTER TABLE ${table} DROP COLUMN ${quoteName(each)}`),
    ];
    return c.json(await change(database, name, true, statements), 200);
  });
  routes.openapi(dropTable, async (c) => {
    const { name } = c.req.valid("param");
    if (own.includes(name)) {
      throw new AppError("conflict", `${name} is one of the product's own tables.`);
    }
    await change(database, name, true, [`DROP TABLE ${quoteName(name)}`]);
    return c.json({ name, status: "dropped" }, 200);
  });
  return routes;
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
