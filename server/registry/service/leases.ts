import { and, eq, lt } from "drizzle-orm";
import { registryAgents } from "@/drizzle/schema";
import type { Actor, AgentLease } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext, type Transaction } from "@/server/platform";
import {
  type AgentRow,
  changeAgent,
  leaseFrom,
  lockAgent,
  requireAgent,
  toLease,
} from "./agent-row";

type RegistryContext = Pick<ServiceContext, "db" | "clock" | "requestId" | "actor">;

const byItself = (actor: Actor, agentId: string) => actor.kind === "agent" && actor.id === agentId;

/** Longer lease, the same card: nothing that others need to hear of. */
export async function renew(tx: Transaction, { agentId }: AgentRow, now: Date): Promise<AgentRow> {
  const [row] = await tx
    .update(registryAgents)
    .set({ lastSeenAt: now, leaseUntil: leaseFrom(now) })
    .where(eq(registryAgents.agentId, agentId))
    .returning();
  return requireAgent(row, agentId);
}

/**
 * A sign of life: renews the lease of the agent that calls, and brings it back when it had ended.
 * Throws `forbidden` for another agent's, `not_found`.
 */
export async function renewLease({
  ctx,
  input: { agentId },
}: {
  ctx: RegistryContext;
  input: { agentId: string };
}): Promise<AgentLease> {
  if (!byItself(ctx.actor, agentId)) {
    throw new AppError("forbidden", "An agent renews its own lease only.");
  }
  const now = ctx.clock.now();
  const row = await ctx.db.transaction(async (tx) => {
    const known = requireAgent(await lockAgent(tx, agentId), agentId);
    if (known.status === "online") return renew(tx, known, now);
    const set = {
      status: "online" as const,
      goneAt: null,
      lastSeenAt: now,
      leaseUntil: leaseFrom(now),
    };
    return changeAgent(tx, ctx, { before: known, set, action: "agent.return" });
  });
  return toLease(row);
}

/**
 * The agent stops for now: offline at once, and still somebody to send to. Messages wait for it as long as they
 * live. Throws `forbidden` for another agent's, `not_found`.
 */
export async function endLease({
  ctx,
  input: { agentId },
}: {
  ctx: RegistryContext;
  input: { agentId: string };
}): Promise<AgentLease> {
  if (!byItself(ctx.actor, agentId)) {
    throw new AppError("forbidden", "An agent ends its own lease only.");
  }
  const now = ctx.clock.now();
  const row = await ctx.db.transaction(async (tx) => {
    const before = requireAgent(await lockAgent(tx, agentId), agentId);
    if (before.status !== "online") return before;
    const set = { status: "offline" as const, lastSeenAt: now, leaseUntil: now };
    return changeAgent(tx, ctx, { before, set, action: "agent.stop" });
  });
  return toLease(row);
}

/**
 * The agent leaves for good: its keys stay, so that what it sent still counts and it may come back by
 * itself. An administrator removes it: its keys are gone, and it needs a new enrolment.
 * Throws `forbidden` to anybody else, `not_found`.
 */
export async function removeAgent({
  ctx,
  input: { agentId },
}: {
  ctx: RegistryContext;
  input: { agentId: string };
}): Promise<AgentLease> {
  const isLeaving = byItself(ctx.actor, agentId);
  if (!isLeaving) assertCan(ctx.actor, "key.manage");
  const now = ctx.clock.now();
  const row = await ctx.db.transaction(async (tx) => {
    const before = requireAgent(await lockAgent(tx, agentId), agentId);
    const gone = { status: "gone" as const, goneAt: now };
    if (isLeaving) return changeAgent(tx, ctx, { before, set: gone, action: "agent.leave" });
    const card = { ...before.card, jwks: { keys: [] } };
    return changeAgent(tx, ctx, { before, set: { ...gone, card }, action: "agent.remove" });
  });
  return toLease(row);
}

/** Makes agents offline whose lease has ended. Answers how many. May run in several processes at once. */
export async function expireLeases({ ctx }: { ctx: RegistryContext }): Promise<number> {
  const now = ctx.clock.now();
  return ctx.db.transaction(async (tx) => {
    const ended = await tx
      .select()
      .from(registryAgents)
      .where(and(eq(registryAgents.status, "online"), lt(registryAgents.leaseUntil, now)))
      .orderBy(registryAgents.agentId)
      .for("update", { skipLocked: true });
    for (const before of ended) {
      await changeAgent(tx, ctx, { before, set: { status: "offline" }, action: "agent.expire" });
    }
    return ended.length;
  });
}
