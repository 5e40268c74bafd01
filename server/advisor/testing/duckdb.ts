import { DuckDBInstance } from "@duckdb/node-api";
import { declaredColumns } from "@/demo/connector/catalog";
import type { ConstraintSchema, TableSchema } from "@/server/contracts";

/** A real in-memory DuckDB for tests of compiled plans. */
export interface TestDatabase {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<string[][]>;
  /** Runs all statements in one transaction; rolls back and throws when one fails. */
  transact(statements: string[]): Promise<void>;
  /** Tables as a product tells them, from DuckDB's catalog. */
  schema(): Promise<TableSchema[]>;
  /** A second connection to the same database. */
  connect(): Promise<{ run(sql: string): Promise<void>; close(): void }>;
  close(): void;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "512MB" });
  const connection = await instance.connect();
  const run = async (sql: string): Promise<void> => {
    await connection.run(sql);
  };
  const rows = async (sql: string): Promise<string[][]> => {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRows().map((row) => row.map((cell) => String(cell)));
  };
  const transact = async (statements: string[]): Promise<void> => {
    await run("BEGIN");
    try {
      for (const sql of statements) await run(sql);
      await run("COMMIT");
    } catch (error) {
      await run("ROLLBACK");
      throw error;
    }
  };
  const close = (): void => {
    connection.closeSync();
    instance.closeSync();
  };
  const connect = async () => {
    const other = await instance.connect();
    return {
      run: async (sql: string): Promise<void> => {
        await other.run(sql);
      },
      close: () => other.closeSync(),
    };
  };
  return { run, rows, transact, schema: () => readSchema(rows), connect, close };
}

type Rows = TestDatabase["rows"];

async function readSchema(rows: Rows): Promise<TableSchema[]> {
  const tables = await rows(
    'SELECT table_name, t."comment" FROM duckdb_tables() t ORDER BY table_name',
  );
  const found: TableSchema[] = [];
  for (const [name = "", comment = ""] of tables) {
    found.push({ ...(await readTable(rows, name)), comment: textOrNull(comment) });
  }
  return found;
}

const textOrNull = (cell: string): string | null => (cell === "null" ? null : cell);

async function readTable(rows: Rows, name: string): Promise<TableSchema> {
  const is = `table_name = '${name.replaceAll("'", "''")}'`;
  const [[statement = ""] = []] = await rows(`SELECT sql FROM duckdb_tables() WHERE ${is}`);
  const declared = declaredColumns(statement);
  const columns = await rows(
    `SELECT column_name, data_type, is_nullable, column_default, c."comment" FROM duckdb_columns() c WHERE ${is} ORDER BY column_index`,
  );
  const indexes = await rows(
    `SELECT index_name, expressions, is_unique, sql, i."comment" FROM duckdb_indexes() i WHERE ${is} ORDER BY index_name`,
  );
  const constraints = await rows(
    `SELECT constraint_type, to_json(constraint_column_names), constraint_text FROM duckdb_constraints() WHERE ${is} ORDER BY constraint_text, constraint_column_names`,
  );
  return {
    name,
    row_count: 0,
    estimated_bytes: 0,
    columns: columns.map(([column = "", type = "", nullable, fallback = "", comment = ""]) => ({
      name: column,
      type: [type, declared.get(column)?.collation].filter(Boolean).join(" COLLATE "),
      nullable: nullable === "true",
      default_sql: textOrNull(fallback),
      comment: textOrNull(comment),
      ...(declared.get(column)?.isGenerated ? { is_generated: true } : {}),
      statistics: null,
    })),
    indexes: indexes.map(([index = "", expressions = "", isUnique, sql = "", comment = ""]) => ({
      name: index,
      columns: expressions
        .replace(/^\[|\]$/g, "")
        .split(", ")
        .map((each) => each.replace(/^'?"?|"?'?$/g, "")),
      is_unique: isUnique === "true",
      sql,
      comment: textOrNull(comment),
    })),
    constraints: constraints.map(([type, names = "[]", sql = ""]) => ({
      type: type as ConstraintSchema["type"],
      columns: JSON.parse(names) as string[],
      sql,
    })),
  };
}
