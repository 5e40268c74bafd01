import { expect } from "vitest";
import type { ShapeParser } from "@/server/workload";
import {
  openRewriteDatabase,
  type RewriteDatabase,
  readRows,
  valuesOf,
  withValues,
} from "@/server/workload/testing/rewrite-database";

/** Rules of the texts offered for a query on the case's own tables; see `rulesOn`. */
export async function rulesOffered(
  parser: ShapeParser,
  setup: readonly string[],
  sql: string,
): Promise<string[]> {
  const db = await openRewriteDatabase(setup);
  try {
    return await rulesOn(parser, db, sql);
  } finally {
    db.close();
  }
}

/** Rules of the texts offered for a query, each of which answered what the query did. */
export async function rulesOn(
  parser: ShapeParser,
  db: RewriteDatabase,
  sql: string,
  views?: Parameters<ShapeParser["rewrite"]>[2],
): Promise<string[]> {
  const query = await parser.normalize(sql);
  const rows = (text: string) => readRows(db.connection, withValues(text, valuesOf(query)));
  const expected = await rows(query.sql);
  const options = await parser.rewrite(query.sql, await db.tables(), views);
  for (const option of options) expect(await rows(option.sql), option.sql).toEqual(expected);
  return options.map((option) => option.rule);
}
