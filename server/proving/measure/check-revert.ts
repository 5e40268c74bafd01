import path from "node:path";
import type { Plan } from "@/server/contracts";
import { quoteIdentifier, quoteLiteral } from "@/server/sql";
import type { ProofInput } from "../types";
import type { MeasuringRoom } from "./room";
import {
  copyShadow,
  countDown,
  openSession,
  removeStaleWork,
  type Session,
  transact,
} from "./shadow";

/** All of it that a plan may touch: what a revert must bring back. */
const CATALOG = [
  "SELECT 'column', table_name, column_index::VARCHAR, column_name, data_type, is_nullable::VARCHAR, column_default FROM duckdb_columns() WHERE NOT internal",
  "SELECT 'constraint', table_name, constraint_type, constraint_text, '', '', '' FROM duckdb_constraints()",
  "SELECT 'index', table_name, index_name, is_unique::VARCHAR, expressions, '', '' FROM duckdb_indexes()",
].join(" UNION ALL ");

/**
 * Applies the plan to a copy of the shadow and reverts it: what is not as before, a clause; null: schema,
 * rows and their order are. Throws DuckDbError where a statement fails, AppError `timeout` when
 * all of it takes longer than `timeoutMs`, the signal's reason.
 */
export async function findRevertDifference(
  room: Pick<MeasuringRoom, "baselineFile" | "threads"> & {
    input: Pick<ProofInput, "workDir" | "signal">;
  },
  { plan, tables, timeoutMs }: { plan: Plan; tables: readonly string[]; timeoutMs: number },
): Promise<string | null> {
  const file = path.join(room.input.workDir, "revert-run.duckdb");
  const msLeft = countDown(timeoutMs);
  await copyShadow(room.baselineFile, file);
  const { threads } = room;
  const session = await openSession({ file, threads, signal: room.input.signal });
  try {
    const before = await readState(session, tables, msLeft);
    await transact(session, plan.statements, msLeft);
    await transact(session, plan.revert_statements, msLeft);
    for (const statement of plan.cleanup_statements) await session.run(statement, msLeft());
    const after = await readState(session, tables, msLeft);
    if (isChanged(before.catalog, after.catalog)) return "the schema is another one";
    const changed = tables.find((_, index) => before.rows[index] !== after.rows[index]);
    return changed === undefined ? null : `the rows of ${changed} are others, or in another order`;
  } finally {
    session.close();
    for (const name of [file, `${file}.wal`]) await removeStaleWork(name);
  }
}

async function readState(session: Session, tables: readonly string[], msLeft: () => number) {
  const lines = (await session.rows(CATALOG, msLeft())).map((line) => JSON.stringify(line));
  const rows: string[] = [];
  for (const table of tables) rows.push(await sumRows(session, table, msLeft));
  return { catalog: lines, rows };
}

/** A sampled table has none of its foreign keys on the shadow; written anew, it has those that it can. */
function isChanged(before: readonly string[], after: readonly string[]): boolean {
  const found = after.filter((line) => !before.includes(line) && !line.includes('"FOREIGN KEY"'));
  return found.length > 0 || before.some((line) => !after.includes(line));
}

/** A checksum of all rows with their places. */
async function sumRows(session: Session, table: string, msLeft: () => number): Promise<string> {
  const names = await session.rows(
    `SELECT column_name FROM duckdb_columns() WHERE NOT internal AND table_name = ${quoteLiteral(table)} ORDER BY column_index`,
    msLeft(),
  );
  const columns = names.map(([name]) => quoteIdentifier(String(name)));
  const hash = `hash(${["rowid", ...columns].join(", ")})`;
  const [row] = await session.rows(
    `SELECT concat_ws('/', count(*), bit_xor(${hash}), sum(${hash})) FROM ${quoteIdentifier(table)}`,
    msLeft(),
  );
  return String(row?.[0]);
}
