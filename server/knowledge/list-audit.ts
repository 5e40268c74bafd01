import { and, desc, eq, lt } from "drizzle-orm";
import { auditEvents } from "@/drizzle/schema";
import type { AuditEvent, ListAudit } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";

/** Audit rows, newest first; `before_id` continues after the last one seen. */
export async function listAudit({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ListAudit;
}): Promise<AuditEvent[]> {
  assertCan(ctx.actor, "audit.read");
  const rows = await ctx.db
    .select()
    .from(auditEvents)
    .where(
      and(
        input.subject_id ? eq(auditEvents.subjectId, input.subject_id) : undefined,
        input.before_id ? lt(auditEvents.id, input.before_id) : undefined,
      ),
    )
    .orderBy(desc(auditEvents.id))
    .limit(input.limit);
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    actor_kind: row.actorKind,
    actor_label: row.actorLabel,
    action: row.action,
    subject_type: row.subjectType,
    subject_id: row.subjectId,
    before: row.before,
    after: row.after,
    request_id: row.requestId,
  }));
}
