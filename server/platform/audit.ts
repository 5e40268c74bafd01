import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { auditEvents } from "@/drizzle/schema";
import type { Database, Transaction } from "./db";
import { insertRows } from "./insert-rows";
import type { ServiceContext } from "./root";

export interface AuditEntry {
  /** `entity.verb` */
  action: string;
  subjectType: string;
  subjectId: string;
  before?: unknown;
  after?: unknown;
}

type Author = Pick<ServiceContext, "actor" | "requestId">;

function rowOf({ actor, requestId }: Author, entry: AuditEntry) {
  return {
    actorKind: actor.kind,
    actorId: actor.id,
    actorLabel: actor.label,
    action: entry.action,
    subjectType: entry.subjectType,
    subjectId: entry.subjectId,
    before: entry.before ?? null,
    after: entry.after ?? null,
    requestId,
  };
}

/** Appends one audit row. Takes a transaction, so that no state change can be kept without it. */
export async function recordAudit(tx: Transaction, ctx: Author, entry: AuditEntry): Promise<void> {
  await tx.insert(auditEvents).values(rowOf(ctx, entry));
}

/**
 * Inserts rows with their audit rows in one statement, which is a transaction by itself; answers the keys of those
 * that were inserted. Each audit row's subject is the key of its row: where a row was there before (`insert` does
 * nothing then), nothing is audited.
 */
export async function insertAudited(
  db: Database | Transaction,
  {
    insert,
    key,
    audits,
  }: {
    /** Ends before its `returning`. */
    insert: SQL;
    key: PgColumn;
    audits: readonly { by: Author; entry: AuditEntry }[];
  },
): Promise<Set<string>> {
  const rows = audits.map(({ by, entry }) => rowOf(by, entry));
  const isInserted = sql`subject_id in (select id from inserted)`;
  const inserted = await db.execute<{ id: string }>(sql`
    with inserted as (${insert} returning ${sql.identifier(key.name)}::text as id),
    audited as (${insertRows(auditEvents, rows, isInserted)})
    select id from inserted`);
  return new Set(inserted.map(({ id }) => id));
}
