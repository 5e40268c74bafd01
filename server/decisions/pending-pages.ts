import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { Database } from "@/server/platform";
import { EVALUATED_COLUMNS } from "@/server/policy";

const PAGE_LENGTH = 200;

const COLUMNS = {
  ...EVALUATED_COLUMNS,
  ...{ createdAt: suggestions.createdAt, updatedAt: suggestions.updatedAt },
};

function readPage(db: Database, where: SQL | undefined, after: { id: string } | undefined) {
  const place = sql`(${suggestions.createdAt}, ${suggestions.id})`;
  const last = sql`(select created_at, id from suggestions where id = ${after?.id})`;
  return db
    .select(COLUMNS)
    .from(suggestions)
    .where(
      and(
        eq(suggestions.state, "pending"),
        where,
        after === undefined ? undefined : sql`${place} > ${last}`,
      ),
    )
    .orderBy(asc(suggestions.createdAt), asc(suggestions.id))
    .limit(PAGE_LENGTH);
}

export type PendingRow = Awaited<ReturnType<typeof readPage>>[number];

/** All pending suggestions of a kind, the oldest first, a page at a time, without what is large in them. */
export async function* pendingSuggestions({
  db,
  where,
}: {
  db: Database;
  where: SQL | undefined;
}): AsyncGenerator<PendingRow> {
  let last: PendingRow | undefined;
  do {
    const page = await readPage(db, where, last);
    yield* page;
    last = page.length < PAGE_LENGTH ? undefined : page.at(-1);
  } while (last !== undefined);
}
