import type { ViewSchema } from "@/server/contracts";
import { quoteIdentifier } from "@/server/sql";
import { DuckDbError } from "../errors";
import type { Session } from "./session";

/**
 * Creates the product's views, those that read others after them. One that reads what the shadow has not
 * (a table of another schema, a macro) is left out: a query through it does not run there, and says so.
 */
export async function createViews(session: Session, views: readonly ViewSchema[]): Promise<void> {
  let waiting = [...views];
  while (waiting.length > 0) {
    const failed: ViewSchema[] = [];
    for (const view of waiting) {
      if (!(await isCreated(session, view))) failed.push(view);
    }
    if (failed.length === waiting.length) return;
    waiting = failed;
  }
}

async function isCreated(session: Session, { name, sql }: ViewSchema): Promise<boolean> {
  try {
    await session.run(sql);
    await session.describe(`SELECT * FROM ${quoteIdentifier(name)}`);
    return true;
  } catch (error) {
    if (!(error instanceof DuckDbError)) throw error;
    await session.run(`DROP VIEW IF EXISTS ${quoteIdentifier(name)}`);
    return false;
  }
}

/** Throws DuckDbError for a view that a change broke: what the product reads through it would fail. */
export async function assertViews(session: Session): Promise<void> {
  const rows = await session.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal");
  for (const [name] of rows) {
    try {
      await session.describe(`SELECT * FROM ${quoteIdentifier(String(name))}`);
    } catch (error) {
      if (!(error instanceof DuckDbError)) throw error;
      throw new DuckDbError(new Error(`view ${name} no longer works: ${error.message}`));
    }
  }
}
