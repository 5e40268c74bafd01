import { and, desc, eq, gte, ilike, lt, type SQL, sql } from "drizzle-orm";
import { auditEvents } from "@/drizzle/schema";
import type { AuditEvent, AuditFilter, ListAudit } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";

/** A text as a pattern that finds it anywhere: `%` and `_` mean themselves. */
const containing = (text: string) => `%${text.replace(/[\\%_]/g, "\\$&")}%`;

/** What a filter means as a condition; undefined: everything. */
export function matchingAudit(filter: AuditFilter): SQL | undefined {
  const { subject_id, subject_type, action, actor, since, until } = filter;
  return and(
    subject_id ? eq(auditEvents.subjectId, subject_id) : undefined,
    subject_type ? eq(auditEvents.subjectType, subject_type) : undefined,
    action ? eq(auditEvents.action, action) : undefined,
    actor ? ilike(auditEvents.actorLabel, containing(actor)) : undefined,
    since ? gte(auditEvents.at, new Date(since)) : undefined,
    until ? lt(auditEvents.at, new Date(until)) : undefined,
  );
}

/** An audit row as it is shown. */
function toAuditEvent(row: typeof auditEvents.$inferSelect): AuditEvent {
  return {
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
  };
}

/** Audit rows, newest first; `before_id` continues after the last one seen. */
export async function listAudit({
  ctx,
  input: { limit, before_id, ...filter },
}: {
  ctx: Pick<ServiceContext, "db" | "actor">;
  input: ListAudit;
}): Promise<AuditEvent[]> {
  assertCan(ctx.actor, "audit.read");
  const rows = await ctx.db
    .select()
    .from(auditEvents)
    .where(and(matchingAudit(filter), before_id ? lt(auditEvents.id, before_id) : undefined))
    .orderBy(desc(auditEvents.id))
    .limit(limit);
  return rows.map(toAuditEvent);
}

/** Every action that was ever recorded, by name: one look into the index for each. */
export async function listAuditActions({
  ctx,
}: {
  ctx: Pick<ServiceContext, "db" | "actor">;
}): Promise<string[]> {
  assertCan(ctx.actor, "audit.read");
  const rows = await ctx.db.execute<{ action: string }>(sql`
    with recursive found as (
      (select action from audit_events order by action limit 1)
      union all
      select (select e.action from audit_events e where e.action > found.action
              order by e.action limit 1)
      from found where found.action is not null
    )
    select action from found where action is not null`);
  return [...rows].map(({ action }) => action);
}
