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
  await recordAudits(tx, ctx, [entry]);
}

/** Like recordAudit, for several changes of one transaction. */
export async function recordAudits(
  tx: Transaction,
  { actor, requestId }: Pick<ServiceContext, "actor" | "requestId">,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const by = { actorKind: actor.kind, actorId: actor.id, actorLabel: actor.label, requestId };
  await tx.insert(auditEvents).values(
    entries.map(({ action, subjectType, subjectId, before = null, after = null }) => ({
      ...by,
      ...{ action, subjectType, subjectId, before, after },
    })),
  );
}
