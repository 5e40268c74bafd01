import type { TableSchema } from "@/server/contracts";
import type { TableExport } from "@/server/data-product/port";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import { deriveSeed } from "@/server/statistics";
import { openSession, type Session, type SessionOptions } from "./session";
import { storageBytes } from "./storage";
import { tableDdl } from "./table-ddl";

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
  seed: number;
  onTable(name: string): void;
  /** False: no rows are set aside for measured inserts. */
  hasHeldRows?: boolean;
}

/** Builds the shadow as the product is: same DDL, rows in the exported order, checkpointed. */
export async function buildBaseline(options: BaselineOptions): Promise<{ bytes: number }> {
  const session = await openSession(options);
  try {
    for (const loaded of options.tables) {
      options.onTable(loaded.table.name);
      await loadTable(session, loaded);
      if (options.hasHeldRows ?? true) {
        await holdRows(session, loaded, deriveSeed(options.seed, loaded.table.name));
      }
    }
    await session.run("CHECKPOINT");
    return { bytes: await storageBytes(session) };
  } finally {
    session.close();
  }
}

/** The same tables without rows: shows in milliseconds whether a plan can run at all. */
export async function buildEmpty(options: SessionOptions & { tables: TableSchema[] }) {
  const session = await openSession(options);
  try {
    for (const table of options.tables) {
      const ddl = await createEmpty(session, table);
      for (const statement of ddl.afterLoad) await session.run(statement);
    }
    await session.run("CHECKPOINT");
  } finally {
    session.close();
  }
}

async function loadTable(session: Session, { table, exported }: LoadedTable): Promise<void> {
  const names = table.columns.map((column) => quoteIdentifier(column.name)).join(", ");
  const ddl = await createEmpty(session, table);
  const source = `read_parquet(${quoteLiteral(exported.file)})`;
  await session.run(
    `INSERT INTO ${quoteIdentifier(table.name)} (${names}) SELECT ${names} FROM ${source}`,
  );
  for (const statement of ddl.afterLoad) await session.run(statement);
}

/** Defaults may call what the shadow has not (a sequence); they do not matter to reading. */
async function createEmpty(session: Session, table: TableSchema) {
  const full = tableDdl(table, { withDefaults: true });
  try {
    await session.run(full.create);
    return full;
  } catch (error) {
    if (table.columns.every((column) => column.default_sql === null)) throw error;
    const bare = tableDdl(table, { withDefaults: false });
    await session.run(bare.create);
    return bare;
  }
}

/** The sample comes from the Parquet file: a scan of it, not of the table. */
async function holdRows(session: Session, loaded: LoadedTable, seed: number): Promise<void> {
  const source = `read_parquet(${quoteLiteral(loaded.exported.file)})`;
  const sample = `USING SAMPLE reservoir(${HELD_ROWS} ROWS) REPEATABLE (${seed >>> 1})`;
  await session.run(
    `COPY (SELECT * FROM ${source} ${sample}) TO ${quoteLiteral(loaded.heldFile)} (FORMAT parquet)`,
  );
}
