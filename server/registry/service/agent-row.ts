import { eq, sql } from "drizzle-orm";
import { registryAgents, registryClock } from "@/drizzle/schema";
import { type AgentLease, PublicKeySet, type RegisteredAgent } from "@/server/contracts";
import {
  AppError,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";

export type AgentRow = typeof registryAgents.$inferSelect;

/** An agent that is silent for longer is offline. */
const LEASE_SECONDS = 30;

/** There is one row. */
const THE_ONE = 1;

/**
 * The next version of the directory, for one change. Its row stays locked until the change is committed, so
 * that versions become visible in their order and no reader of the feed misses one. Taken after the
 * agent's own row is locked, never before.
 */
async function nextVersion(tx: Transaction): Promise<number> {
  const [row] = await tx
    .insert(registryClock)
    .values({ id: THE_ONE, version: 1 })
    .onConflictDoUpdate({
      target: registryClock.id,
      set: { version: sql`${registryClock.version} + 1` },
    })
    .returning({ version: registryClock.version });
  if (row === undefined) throw new AppError("internal", "The registry has no clock.");
  return row.version;
}

export const leaseFrom = (now: Date): Date => new Date(now.getTime() + LEASE_SECONDS * 1000);

/** The agent's row, locked for the rest of the transaction; undefined: there is none. */
export async function lockAgent(tx: Transaction, agentId: string): Promise<AgentRow | undefined> {
  const isThis = eq(registryAgents.agentId, agentId);
  const [row] = await tx.select().from(registryAgents).where(isThis).for("update");
  return row;
}

/** A row that has to be there. Throws `not_found`. */
export function requireAgent(row: AgentRow | undefined, agentId: string): AgentRow {
  if (row === undefined) throw new AppError("not_found", `No agent ${agentId} is registered.`);
  return row;
}

interface AgentChange {
  /** As it is, locked in this transaction. */
  before: AgentRow;
  set: Partial<Omit<AgentRow, "agentId" | "version">>;
  /** Of the audit row. */
  action: string;
}

const auditedState = ({ card, status, productId, domain }: AgentRow) => ({
  ...{ status, product_id: productId, domain, url: card.url },
  key_ids: card.jwks.keys.map(({ kid }) => kid),
});

/** The only way an agent's row changes for others to see: with a new version, audit row and event. */
export async function changeAgent(
  tx: Transaction,
  ctx: Pick<ServiceContext, "actor" | "requestId">,
  { before, set, action }: AgentChange,
): Promise<AgentRow> {
  const { agentId } = before;
  const version = await nextVersion(tx);
  const [changed] = await tx
    .update(registryAgents)
    .set({ ...set, version })
    .where(eq(registryAgents.agentId, agentId))
    .returning();
  const row = requireAgent(changed, agentId);
  await recordAudit(tx, ctx, {
    action,
    subjectType: "agent",
    subjectId: agentId,
    before: auditedState(before),
    after: auditedState(row),
  });
  await publish(tx, { topic: "directory", id: agentId });
  return row;
}

/** A row as others read it; a lease that ended a moment ago has ended. */
export function toRegistered(row: AgentRow, now: Date): RegisteredAgent {
  const hasEnded = row.status === "online" && row.leaseUntil < now;
  return {
    ...row.card,
    jwks: PublicKeySet.parse(row.card.jwks),
    status: hasEnded ? "offline" : row.status,
    registered_at: row.registeredAt.toISOString(),
    last_seen_at: row.lastSeenAt.toISOString(),
    lease_until: row.leaseUntil.toISOString(),
    version: row.version,
  };
}

export const toLease = ({ agentId, leaseUntil, version }: AgentRow): AgentLease => ({
  agent_id: agentId,
  lease_until: leaseUntil.toISOString(),
  version,
});
