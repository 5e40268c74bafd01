import { type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { agentMessages, peers } from "@/drizzle/schema";
import type { PeerOverview } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";

const instant = z.coerce.date().transform((at) => at.toISOString());

const PeerRow = z.object({
  agent_id: z.string(),
  failures: z.coerce.number(),
  open_until: instant.nullable(),
  last_contact_at: instant.nullable(),
  last_error: z.string().nullable(),
  waiting: z.coerce.number(),
  lag_ms: z.coerce.number().nullable(),
  delivery_ms_p95: z.coerce.number().nullable(),
});

/** Age of the oldest message of a group, null of none; one that was replayed is as old as that. */
export const lagMs = (now: SQL): SQL =>
  sql`case when count(*) > 0
    then greatest(0, max(extract(epoch from ${now} - greatest(created_at, due_at)) * 1000)) end`;

const HOUR_MS = 3_600_000;

/**
 * How deliveries to every agent do that there were any to, and which agent is ours. What waits is found
 * by the index of open messages, delays by that of when the last hour's were asked for.
 */
export async function readPeers({ ctx }: { ctx: ServiceContext }): Promise<PeerOverview> {
  assertCan(ctx.actor, "conversation.read");
  const now = ctx.clock.now();
  const at = now.toISOString();
  const since = new Date(now.getTime() - HOUR_MS).toISOString();
  const rows = await ctx.db.execute(sql`
    with waiting as (
      select recipient_id, count(*) as waiting,
        ${lagMs(sql`${at}::timestamptz`)} as lag_ms from ${agentMessages}
      where direction = 'outbound' and delivery_status in ('queued', 'sent') group by 1
    ), delivered as (
      select recipient_id, percentile_cont(0.95) within group (
        order by extract(epoch from finished_at - created_at) * 1000) as delivery_ms_p95
      from ${agentMessages}
      where created_at > ${since}::timestamptz
        and direction = 'outbound' and delivery_status = 'delivered' group by 1
    )
    select coalesce(p.agent_id, w.recipient_id, d.recipient_id) as agent_id,
      coalesce(p.failures, 0) as failures,
      case when p.open_until > ${at}::timestamptz then p.open_until end as open_until,
      p.last_contact_at, p.last_error,
      coalesce(w.waiting, 0) as waiting, w.lag_ms, d.delivery_ms_p95
    from ${peers} p
    full join waiting w on w.recipient_id = p.agent_id
    full join delivered d on d.recipient_id = coalesce(p.agent_id, w.recipient_id)
    order by 1`);
  return { own_agent_id: ctx.settings.AGENT_ID, peers: z.array(PeerRow).parse([...rows]) };
}
