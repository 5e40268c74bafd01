import { constants } from "node:fs";
import { copyFile, rm } from "node:fs/promises";
import type { ColumnSchema, Plan, TableSchema, ViewSchema } from "@/server/contracts";
import type { TableExport } from "@/server/data-product/port";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { deriveSeed } from "@/server/statistics";
import { DuckDbError } from "../errors";
import { foreignKeysAmong, inKeyOrder, unreferencedRows } from "./foreign-keys";
import {
  countDown,
  openSession,
  type Session,
  type SessionOptions,
  storageBytes,
  transact,
} from "./session";
import { assertViews, createViews } from "./views";

/** Rows kept beside the shadow as material for measured inserts. */
const HELD_ROWS = 14_000;

export interface LoadedTable {
  table: TableSchema;
  exported: TableExport;
  /** Parquet file with a sample of the table's rows. */
  heldFile: string;
}

/** The product has more rows of it than the shadow holds. */
export const isSampled = ({ exported }: LoadedTable): boolean => exported.method === "reservoir";

export interface BaselineOptions extends SessionOptions {
  tables: LoadedTable[];
  views?: readonly ViewSchema[] | undefined;
  seed: number;
  onTable(name: string): void;
  /** False: no rows are set aside for measured inserts. */
  hasHeldRows?: boolean;
}

/** Builds the shadow as the product is: same DDL, rows in the exported order, checkpointed. */
export async function buildBaseline(options: BaselineOptions): Promise<{ bytes: number }> {
  const session = await openSession(options);
  try {
    const whole = options.tables.filter((loaded) => !isSampled(loaded));
    const keys = foreignKeysAmong(whole.map(({ table }) => table));
    for (const loaded of inKeyOrder(options.tables, ({ table }) => table)) {
      options.onTable(loaded.table.name);
      await loadTable(session, loaded, keys);
    }
    if (options.hasHeldRows ?? true) {
      for (const loaded of options.tables) {
        const seed = deriveSeed(options.seed, loaded.table.name);
        await holdRows(session, loaded, { seed, others: whole.map(({ table }) => table) });
      }
    }
    await createViews(session, options.views ?? []);
    await session.run("CHECKPOINT");
    return { bytes: await storageBytes(session) };
  } finally {
    session.close();
  }
}

/** The same tables without rows: shows in milliseconds whether a plan can run at all. */
export async function buildEmpty(
  options: SessionOptions & { tables: TableSchema[]; views?: readonly ViewSchema[] | undefined },
) {
  const session = await openSession(options);
  try {
    const keys = foreignKeysAmong(options.tables);
    for (const table of inKeyOrder(options.tables, (one) => one)) {
      const ddl = await createEmpty(session, table, keys.get(table.name) ?? []);
      for (const statement of ddl.afterLoad) await session.run(statement);
    }
    await createViews(session, options.views ?? []);
    await session.run("CHECKPOINT");
  } finally {
    session.close();
  }
}

/** A table that DuckDB does not build as the product tells of it, or does not fill with its export. */
export class TableBuildError extends Error {
  constructor(
    readonly loaded: LoadedTable,
    readonly part: "schema" | "rows",
    cause: DuckDbError,
  ) {
    super(cause.message, { cause });
    this.name = "TableBuildError";
  }
}

/** Memory, disk and interrupts are this machine's; all else is in what the product told or sent. */
const OWN_ERROR = /^(out of memory|io|interrupt|fatal|internal|transactioncontext) error/i;

/** Throws TableBuildError for what is the product's. */
async function loadTable(
  session: Session,
  loaded: LoadedTable,
  keys: ReadonlyMap<string, string[]>,
): Promise<void> {
  const { table, exported } = loaded;
  let part: TableBuildError["part"] = "schema";
  const names = table.columns.map((column) => quoteIdentifier(column.name)).join(", ");
  const source = `read_parquet(${quoteLiteral(exported.file)})`;
  const load = async (foreignKeys: string[]) => {
    part = "schema";
    const ddl = await createEmpty(session, table, foreignKeys);
    part = "rows";
    await session.run(
      `INSERT INTO ${quoteIdentifier(table.name)} (${names}) SELECT ${names} FROM ${source}`,
    );
    for (const statement of ddl.afterLoad) await session.run(statement);
  };
  const foreignKeys = keys.get(table.name) ?? [];
  try {
    await load(foreignKeys).catch(async (error: unknown) => {
      // Exports of two tables are of two moments: a row may name one that came later.
      if (foreignKeys.length === 0 || !(error instanceof DuckDbError)) throw error;
      await session.run(`DROP TABLE IF EXISTS ${quoteIdentifier(table.name)}`);
      await load([]);
    });
  } catch (error) {
    const isProducts = error instanceof DuckDbError && !OWN_ERROR.test(error.message);
    throw isProducts ? new TableBuildError(loaded, part, error) : error;
  }
}

/** Defaults may call what the shadow has not (a sequence); they do not matter to reading. */
async function createEmpty(session: Session, table: TableSchema, foreignKeys: string[]) {
  const full = tableDdl(table, { withDefaults: true, foreignKeys });
  try {
    await session.run(full.create);
    return full;
  } catch (error) {
    if (table.columns.every((column) => column.default_sql === null)) throw error;
    const bare = tableDdl(table, { withDefaults: false, foreignKeys });
    await session.run(bare.create);
    return bare;
  }
}

/** The sample comes from the Parquet file: a scan of it, not of the table. */
async function holdRows(
  session: Session,
  loaded: LoadedTable,
  { seed, others }: { seed: number; others: readonly TableSchema[] },
): Promise<void> {
  const source = `read_parquet(${quoteLiteral(loaded.exported.file)})`;
  const rows = unreferencedRows(source, loaded.table, others);
  const sample = `USING SAMPLE reservoir(${HELD_ROWS} ROWS) REPEATABLE (${seed >>> 1})`;
  await session.run(
    `COPY (SELECT * FROM (${rows}) ${sample}) TO ${quoteLiteral(loaded.heldFile)} (FORMAT parquet)`,
  );
}

/** A cheap clone where the file system shares blocks, a plain copy elsewhere. */
export async function copyShadow(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

/**
 * Applies a plan to a copy of the shadow, in one transaction as the product would.
 * `buildMs` is that transaction's time. Undo data is then dropped and the file checkpointed,
 * so `bytes` is what stays once the revert window has closed.
 * Throws DuckDB's error when a statement fails or a view no longer works, AppError `timeout` past timeoutMs.
 */
export async function buildCandidate(
  options: SessionOptions & { baselineFile: string; plan: Plan; timeoutMs: number },
): Promise<{ buildMs: number; bytes: number }> {
  await copyShadow(options.baselineFile, options.file);
  const session = await openSession(options);
  const start = performance.now();
  const msLeft = countDown(options.timeoutMs);
  try {
    await transact(session, options.plan.statements, msLeft);
    const buildMs = performance.now() - start;
    await assertViews(session);
    for (const statement of options.plan.cleanup_statements) await session.run(statement, msLeft());
    await session.run("CHECKPOINT", msLeft());
    return { buildMs, bytes: await storageBytes(session) };
  } finally {
    session.close();
  }
}

/**
 * Statements that rebuild a table as the product has it, in the order they must run:
 * the empty table, and after loading its primary key and indexes. Building the key's index at
 * once takes half the time of filling it row by row, and gives the same index.
 * Foreign keys are those given: a sampled parent would refuse its children.
 */
export function tableDdl(
  table: TableSchema,
  options: { withDefaults: boolean; foreignKeys?: readonly string[] },
) {
  const name = quoteIdentifier(table.name);
  const columns = table.columns.map((column) => columnDdl(column, options.withDefaults));
  const checked = table.constraints.filter((one) => one.type === "CHECK" || one.type === "UNIQUE");
  const key = table.constraints.find((one) => one.type === "PRIMARY KEY");
  const foreignKeys = options.foreignKeys ?? [];
  const parts = [...columns, ...new Set([...checked.map((one) => one.sql), ...foreignKeys])];
  return {
    create: `CREATE TABLE ${name} (${parts.join(", ")})`,
    afterLoad: [
      ...(key ? [`ALTER TABLE ${name} ADD PRIMARY KEY (${key.columns.map(quoteIdentifier)})`] : []),
      ...table.indexes.map((index) => index.sql),
    ],
  };
}

function columnDdl(column: ColumnSchema, withDefault: boolean): string {
  const parts = [quoteIdentifier(column.name), column.type];
  if (withDefault && column.default_sql !== null) parts.push(`DEFAULT (${column.default_sql})`);
  if (!column.nullable) parts.push("NOT NULL");
  return parts.join(" ");
}

/** Removes a work folder that an earlier, killed proof left behind. Missing is fine. */
export async function removeStaleWork(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
