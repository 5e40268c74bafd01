import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { readCatalog, readViews } from "@/demo/connector/catalog";
import type { ColumnSchema, TableSchema } from "@/server/contracts";
import type { WriteOutcome } from "@/server/proving/measure/writes/try-write";
import { quoteIdentifier } from "@/server/sql";

/** What must be the same after a revert: all that the catalog says, and the rows as they are stored. */
export interface DatabaseState {
  catalog: string[];
  /** By table, one text a row. */
  rows: Map<string, string[]>;
  /** By view: its rows in no order, or the kind of its error. */
  views: Map<string, string[]>;
}

/** A private DuckDB, set up by statements of which those that fail are left out. */
export interface PlanDatabase {
  /** The tables as a product tells them; `is_generated` and collations included. */
  tables(): Promise<TableSchema[]>;
  texts(sql: string): Promise<string[]>;
  /** `typed`: the tables whose types the rows are read in; as they are now unless given. */
  state(typed?: readonly TableSchema[]): Promise<DatabaseState>;
  /** How often each sequence was drawn from. */
  sequences(): Promise<string[]>;
  /** Runs all in one transaction, or nothing: throws the database's error. */
  transact(statements: readonly string[]): Promise<void>;
  /** Runs a write of one or more statements, and takes it back. */
  tryWrite(statements: readonly string[]): Promise<WriteOutcome>;
  /**
   * Writes a checkpoint, as a product does after a plan, and tells what is found after a crash; null: it
   * is in memory. (Of tables whose defaults or checks call a function, DuckDB 1.5.6 replays no ALTER.)
   */
  stateAfterCrash(): Promise<DatabaseState | null>;
  close(): void;
}

const SETTINGS = { threads: "1", memory_limit: "512MB" };
const MAIN = "schema_name = 'main' AND database_name = current_database()";
/** Read beside what a product tells, which hides the sidecar's own tables. */
const CATALOG = [
  `SELECT 'table', table_name, "comment", column_count, check_constraint_count FROM duckdb_tables() t WHERE ${MAIN}`,
  `SELECT 'column', table_name, column_index, column_name, data_type, is_nullable, column_default, "comment" FROM duckdb_columns() c WHERE ${MAIN} AND NOT internal`,
  `SELECT 'constraint', table_name, constraint_type, constraint_text, constraint_column_names, referenced_table, referenced_column_names FROM duckdb_constraints() WHERE ${MAIN}`,
  `SELECT 'index', table_name, index_name, is_unique, expressions, sql, "comment" FROM duckdb_indexes() i WHERE ${MAIN}`,
  `SELECT 'view', view_name, sql, "comment" FROM duckdb_views() v WHERE ${MAIN} AND NOT internal`,
]
  .map((sql) => `SELECT CAST(entry AS VARCHAR) FROM (${sql}) AS entry`)
  .join(" UNION ALL ");
const VIEWS = `SELECT view_name FROM duckdb_views() WHERE ${MAIN} AND NOT internal ORDER BY 1`;
const SEQUENCES =
  "SELECT concat(sequence_name, ' ', last_value) FROM duckdb_sequences() ORDER BY 1";

export async function openPlanDatabase(
  setup: readonly string[],
  { isStored = false } = {},
): Promise<PlanDatabase> {
  const folder = isStored ? mkdtempSync(path.join(os.tmpdir(), "sidecar-plan-")) : null;
  const file = folder === null ? null : path.join(folder, "product.duckdb");
  const instance = await DuckDBInstance.create(file ?? ":memory:", SETTINGS);
  const connection = await instance.connect();
  for (const sql of setup) await connection.run(sql).catch(() => {});
  const texts = (sql: string) => readTexts(connection, sql);
  return {
    tables: () => readTables(connection),
    texts,
    sequences: () => texts(SEQUENCES),
    state: async (typed) => readState(connection, typed ?? (await readTables(connection))),
    transact: (statements) => transact(connection, statements),
    tryWrite: (statements) => tryWrite(connection, statements),
    async stateAfterCrash() {
      if (file === null) return null;
      await connection.run("CHECKPOINT");
      return readCopy(file);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
      if (folder !== null) rmSync(folder, { recursive: true });
    },
  };
}

/** What a copy of the files as they are now holds, once DuckDB has replayed its log. */
async function readCopy(file: string): Promise<DatabaseState> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sidecar-crash-"));
  const copy = path.join(folder, "copy.duckdb");
  copyFileSync(file, copy);
  if (existsSync(`${file}.wal`)) copyFileSync(`${file}.wal`, `${copy}.wal`);
  const instance = await DuckDBInstance.create(copy, SETTINGS);
  try {
    const connection = await instance.connect();
    const state = await readState(connection, await readTables(connection));
    connection.closeSync();
    return state;
  } finally {
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}

async function readTexts(connection: DuckDBConnection, sql: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows().map(([cell]) => String(cell));
}

async function readTables(connection: DuckDBConnection): Promise<TableSchema[]> {
  const tables = await readCatalog(connection);
  return tables.map((table) => ({
    ...table,
    ...{ row_count: 0, estimated_bytes: 0 },
    columns: table.columns.map((column) => ({ ...column, statistics: null })),
  }));
}

async function readState(
  connection: DuckDBConnection,
  tables: readonly TableSchema[],
): Promise<DatabaseState> {
  const rows = new Map<string, string[]>();
  for (const table of tables) rows.set(table.name, await readTexts(connection, rowsSql(table)));
  // Before the catalog, which tells a view's types as they were when it was read last.
  const views = new Map<string, string[]>();
  for (const name of await readTexts(connection, VIEWS)) {
    views.set(name, await viewRows(connection, name));
  }
  const catalog = (await readTexts(connection, CATALOG)).sort();
  catalog.push(JSON.stringify([await readCatalog(connection), await readViews(connection)]));
  return { catalog, rows, views };
}

async function transact(connection: DuckDBConnection, statements: readonly string[]) {
  await connection.run("BEGIN");
  try {
    for (const sql of statements) await connection.run(sql);
    await connection.run("COMMIT");
  } catch (error) {
    // A COMMIT that failed has ended the transaction.
    await connection.run("ROLLBACK").catch(() => {});
    throw error;
  }
}

async function tryWrite(
  connection: DuckDBConnection,
  statements: readonly string[],
): Promise<WriteOutcome> {
  await connection.run("BEGIN");
  try {
    const counts: string[] = [];
    for (const sql of statements) counts.push(...(await readTexts(connection, sql)));
    return { rows: counts.join(", ") };
  } catch (error) {
    return outcomeOf(error);
  } finally {
    await connection.run("ROLLBACK");
  }
}

/** Each row as one text, in the order they are stored in. */
function rowsSql({ name, columns }: TableSchema): string {
  const cells = columns.map((column) => `CAST(${typedSql(column)} AS VARCHAR)`);
  return `SELECT CAST(to_json([${cells.join(", ")}]) AS VARCHAR) FROM ${quoteIdentifier(name)}`;
}

const typedSql = ({ name, type }: ColumnSchema): string =>
  `CAST(${quoteIdentifier(name)} AS ${type.replace(/ COLLATE .*/, "")})`;

/** In no order; of one that fails, the kind of its error. */
async function viewRows(connection: DuckDBConnection, name: string): Promise<string[]> {
  try {
    const sql = `SELECT CAST(seen AS VARCHAR) FROM ${quoteIdentifier(name)} AS seen`;
    return (await readTexts(connection, sql)).sort();
  } catch (error) {
    const outcome = outcomeOf(error);
    return ["error" in outcome ? outcome.error : ""];
  }
}

function outcomeOf(error: unknown): WriteOutcome {
  const message = String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
  return { error: /^[A-Za-z ]+(?=:)/.exec(message)?.[0] ?? message, message };
}
