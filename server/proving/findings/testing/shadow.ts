import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { declaredColumns } from "@/demo/connector/catalog";
import type { WorkloadQuery } from "@/server/advisor";
import type { ProductSchema, TableSchema } from "@/server/contracts";
import { createShapeParser } from "@/server/workload";
import { prepareReplay, type Replay } from "../../measure/replay";
import { buildBaseline, copyShadow, type LoadedTable, openSession } from "../../measure/shadow";
import type { CheckContext, FindingInput } from "../check-context";
import { readTableProfile } from "../check-context";

export interface TestShadow {
  input: FindingInput;
  close(): void;
}

export interface ShadowOptions {
  /** Texts, parameters as literals; queries are replayed on the shadow, writes are not. */
  queries?: string[];
  /** More rows than this are sampled. */
  rowsMax?: number;
  changes?: Partial<ProductSchema>;
}

const SEED = 7;

/** A shadow of the tables that the statements make, built as a proof builds it. */
export async function createTestShadow(
  statements: string[],
  { queries = [], rowsMax = 1e9, changes = {} }: ShadowOptions = {},
): Promise<TestShadow> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "findings-"));
  const { signal } = new AbortController();
  const { tables, loaded } = await exportAll(folder, statements, rowsMax);
  const baselineFile = path.join(folder, "baseline.duckdb");
  const common = { threads: 1, signal };
  const directories = [folder];
  const onTable = () => {};
  await buildBaseline({
    ...common,
    file: baselineFile,
    directories,
    tables: loaded,
    seed: SEED,
    onTable,
  });
  const file = path.join(folder, "run.duckdb");
  await copyShadow(baselineFile, file);
  const session = await openSession({ ...common, file });
  const workload = await describeAll(queries, tables);
  const replays: Replay[] = [];
  for (const query of workload.filter(({ shape }) => shape.kind === "select")) {
    const replay = await prepareReplay(session, query, { seed: SEED, timeoutMs: 5000, signal });
    if ("why" in replay) throw new Error(replay.why);
    replays.push(replay);
  }
  const schema = { ...schemaOf(tables), ...changes };
  return {
    input: {
      ...common,
      session,
      tables: loaded,
      schema,
      queries: workload,
      replays,
      baselineFile,
      workDir: folder,
      seed: SEED,
      now: new Date("2026-01-31"),
      isTimeUp: () => false,
      onError: (check, error) => {
        throw new Error(`the check ${check} failed`, { cause: error });
      },
    },
    close: () => {
      session.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function exportAll(folder: string, statements: string[], rowsMax: number) {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    for (const statement of statements) await connection.run(statement);
    const tables = await readTables(connection);
    const loaded: LoadedTable[] = [];
    for (const table of tables) {
      const file = path.join(folder, `${table.name}.parquet`);
      const isAll = table.row_count <= rowsMax;
      const sample = isAll ? "" : `USING SAMPLE reservoir(${rowsMax} ROWS) REPEATABLE (${SEED})`;
      await connection.run(`COPY (SELECT * FROM "${table.name}" ${sample}) TO '${file}'`);
      loaded.push({
        table,
        heldFile: path.join(folder, `held-${table.name}.parquet`),
        exported: {
          file,
          rows: Math.min(table.row_count, rowsMax),
          rowsTotal: table.row_count,
          method: isAll ? "all" : "reservoir",
          dataVersion: "1",
        },
      });
    }
    return { tables, loaded };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function readTables(connection: DuckDBConnection): Promise<TableSchema[]> {
  const read = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
  const tables: TableSchema[] = [];
  const all = `SELECT table_name, sql, "comment" FROM duckdb_tables() ORDER BY 1`;
  for (const [cell, sql, comment] of await read(all)) {
    const name = String(cell);
    const declared = declaredColumns(String(sql));
    const [count] = await read(`SELECT count(*) FROM "${name}"`);
    const columns = await read(
      `SELECT column_name, data_type, is_nullable, "comment" FROM duckdb_columns() WHERE table_name = '${name}' ORDER BY column_index`,
    );
    const constraints = await read(
      `SELECT constraint_type, constraint_text, constraint_column_names FROM duckdb_constraints() WHERE table_name = '${name}' AND constraint_type IN ('PRIMARY KEY', 'UNIQUE', 'CHECK', 'FOREIGN KEY')`,
    );
    const indexes = await read(
      `SELECT index_name, sql, expressions, "comment" FROM duckdb_indexes() WHERE table_name = '${name}'`,
    );
    tables.push({
      name,
      comment: textOrNull(comment),
      row_count: Number(count?.[0]),
      estimated_bytes: 0,
      columns: columns.map(([column, type, nullable, note]) => ({
        name: String(column),
        type: [type, declared.get(String(column))?.collation].filter(Boolean).join(" COLLATE "),
        nullable: nullable === true,
        default_sql: null,
        comment: textOrNull(note),
        statistics: null,
      })),
      indexes: indexes.map(([index, sql, expressions, note]) => ({
        name: String(index),
        sql: String(sql),
        columns: String(expressions).slice(1, -1).split(", "),
        is_unique: String(sql).startsWith("CREATE UNIQUE"),
        comment: textOrNull(note),
      })),
      constraints: constraints.map(([type, sql, names]) => ({
        type: type as TableSchema["constraints"][number]["type"],
        sql: String(sql),
        columns: Array.isArray(names) ? names.map(String) : [],
      })),
    });
  }
  return tables;
}

const textOrNull = (cell: unknown) => (typeof cell === "string" ? cell : null);

async function describeAll(queries: string[], tables: TableSchema[]): Promise<WorkloadQuery[]> {
  const parser = await createShapeParser();
  try {
    const now = new Date(0).toISOString();
    const times = { mean_ms: 5, median_ms: 5, p95_ms: 9, first_seen: now, last_seen: now };
    const all: WorkloadQuery[] = [];
    for (const sql of queries) {
      const normalized = await parser.normalize(sql);
      const shape = await parser.parse(normalized.sql, tables);
      const { fingerprint, kind, isParsed: is_parsed } = normalized;
      const pattern = { fingerprint, sql: normalized.sql, kind, is_parsed, calls: 100, ...times };
      const sample = normalized.parameters.map((one) =>
        one.from === "literal" ? one.value : null,
      );
      all.push({ pattern: { ...pattern, parameter_samples: [sample] }, shape });
    }
    return all;
  } finally {
    parser.close();
  }
}

function schemaOf(tables: TableSchema[]): ProductSchema {
  return {
    product_id: "test-product",
    domain: "test",
    duckdb_version: "v1.5.6",
    threads: 1,
    data_version: "1",
    schema_fingerprint: "f1",
    tables,
  };
}

/** What single checks are given. */
export async function contextOf({ input }: TestShadow): Promise<CheckContext> {
  const profiles = await Promise.all(
    input.tables.map((one) => readTableProfile(input.session, one)),
  );
  return { ...input, profiles };
}
