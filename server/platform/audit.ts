import { auditEvents } from "@/drizzle/schema";
import type { Transaction } from "./db";
import type { ServiceContext } from "./root";

export interface AuditEntry {
  /** `entity.verb` */
  action: string;
  subjectType: string;
  subjectId: string;
  before?: unknown;
  after?: unknown;
}

/** Appends one audit row. Takes a transaction, so that no state change can be kept without it. */
export async function recordAudit(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor" | "requestId">,
  entry: AuditEntry,
): Promise<void> {
  await tx.insert(auditEvents).values({
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    actorLabel: ctx.actor.label,
    action: entry.action,
    subjectType: entry.subjectType,
    subjectId: entry.subjectId,
    before: entry.before ?? null,
    after: entry.after ?? null,
    requestId: ctx.requestId,
  });
}
