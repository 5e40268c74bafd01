import { and, asc, eq, inArray, ne, sql } from "drizzle-orm";
import { peers } from "@/drizzle/schema";
import { AgentQuery, type Directory, type RegisteredAgent } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { readState } from "./apply-changes";

/** Condition of a query on a table with agents' cards; all that is given must fit. */
function fits({ agent_id, product_id, domain, capability }: AgentQuery) {
  return and(
    agent_id === undefined ? undefined : eq(peers.agentId, agent_id),
    product_id === undefined ? undefined : eq(peers.productId, product_id),
    domain === undefined ? undefined : eq(peers.domain, domain),
    capability === undefined
      ? undefined
      : sql`${peers.card}->'capabilities' @> ${JSON.stringify([capability])}::jsonb`,
  );
}

/**
 * Other agents that a message could go to, by id: those that are offline too, not those that said goodbye
 * or were removed, and never this one.
 */
export async function findPeers({
  ctx: { db, settings },
  input,
}: {
  ctx: Pick<ServiceContext, "db" | "settings">;
  input: AgentQuery;
}): Promise<RegisteredAgent[]> {
  const isOther = ne(peers.agentId, settings.AGENT_ID);
  const isThere = sql`${peers.card}->>'status' <> 'gone'`;
  const rows = await db
    .select({ card: peers.card })
    .from(peers)
    .where(and(fits(AgentQuery.parse(input)), isOther, isThere))
    .orderBy(asc(peers.agentId));
  return rows.map(({ card }) => card);
}

/** What is known of these agents, whatever their status: a message may have outlived its sender's process. */
export async function findAgents({
  ctx: { db },
  input: { agentIds },
}: {
  ctx: Pick<ServiceContext, "db">;
  input: { agentIds: readonly string[] };
}): Promise<Map<string, RegisteredAgent>> {
  if (agentIds.length === 0) return new Map();
  const rows = await db
    .select({ agentId: peers.agentId, card: peers.card })
    .from(peers)
    .where(inArray(peers.agentId, [...agentIds]));
  return new Map(rows.map(({ agentId, card }) => [agentId, card]));
}

/** An address as it may be shown: whoever may read agents need not know its password. */
function shownAddress(address: string | undefined): string | null {
  if (address === undefined) return null;
  const url = new URL(address);
  return `${url.origin}${url.pathname}`;
}

/** All agents as they were last told of, this one included, and how old that is. */
export async function getDirectory({ ctx }: { ctx: ServiceContext }): Promise<Directory> {
  assertCan(ctx.actor, "conversation.read");
  const state = await readState(ctx);
  const rows = await ctx.db
    .select({ card: peers.card })
    .from(peers)
    .orderBy(asc(peers.domain), asc(peers.agentId));
  return {
    registry_url: shownAddress(ctx.settings.MCP_REGISTRY_URL),
    refreshed_at: state?.refreshedAt?.toISOString() ?? null,
    is_registry_reachable: state?.isReachable === 1,
    error: state?.error ?? null,
    agents: rows.map(({ card }) => card),
  };
}
