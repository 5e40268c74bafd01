import { auditEvents } from "@/drizzle/schema";
import type { Transaction } from "@/server/platform";
import type { IdentityContext } from "./context";

/**
 * Appends the audit row of a change, inside the change's own transaction.
 * `before` and `after` are stored as they are: never put a secret or a hash in them.
 */
export async function recordAudit(
  tx: Transaction,
  ctx: Pick<IdentityContext, "actor" | "requestId">,
  event: {
    /** `entity.verb` */
    action: string;
    subjectType: string;
    subjectId: string;
    before?: unknown;
    after?: unknown;
  },
): Promise<void> {
  await tx.insert(auditEvents).values({
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    actorLabel: ctx.actor.label,
    action: event.action,
    subjectType: event.subjectType,
    subjectId: event.subjectId,
    before: event.before ?? null,
    after: event.after ?? null,
    requestId: ctx.requestId,
  });
}
