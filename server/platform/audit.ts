import { auditEvents } from "@/drizzle/schema";
import type { Transaction } from "./db";
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

/** Appends the audit rows of many changes made together, each with its own author. */
export async function recordAudits(
  tx: Transaction,
  audits: readonly { by: Author; entry: AuditEntry }[],
): Promise<void> {
  if (audits.length === 0) return;
  const rows = audits.map(({ by, entry }) => rowOf(by, entry));
  await tx.execute(insertRows(auditEvents, rows));
}
