import { and, asc, eq, gt, max, sql } from "drizzle-orm";
import { registryAgents } from "@/drizzle/schema";
import type {
  Actor,
  AgentQuery,
  DirectoryChanges,
  DomainDirectory,
  RegisteredAgent,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { toRegistered } from "./agent-row";

/** Registered agents read, and people who may see agents. */
function assertMayRead(actor: Actor): void {
  if (actor.kind !== "agent") assertCan(actor, "conversation.read");
}

/** Agents that fit all that is asked for, those that are gone too; by id. */
export async function listAgents({
  ctx,
  input: { agent_id, product_id, domain, capability },
}: {
  ctx: Pick<ServiceContext, "db" | "clock" | "actor">;
  input: AgentQuery;
}): Promise<RegisteredAgent[]> {
  assertMayRead(ctx.actor);
  const { agentId, productId, domain: ofDomain, card } = registryAgents;
  const rows = await ctx.db
    .select()
    .from(registryAgents)
    .where(
      and(
        agent_id === undefined ? undefined : eq(agentId, agent_id),
        product_id === undefined ? undefined : eq(productId, product_id),
        domain === undefined ? undefined : eq(ofDomain, domain),
        capability === undefined
          ? undefined
          : sql`${card}->'capabilities' @> ${JSON.stringify([capability])}::jsonb`,
      ),
    )
    .orderBy(asc(agentId));
  const now = ctx.clock.now();
  return rows.map((row) => toRegistered(row, now));
}

const groupBy = <Value>(values: Value[], keyOf: (value: Value) => string): [string, Value[]][] => {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
};

/** The directory by domain and product; agents that are gone are left out. */
export async function listDomains({
  ctx,
}: {
  ctx: Pick<ServiceContext, "db" | "clock" | "actor">;
}): Promise<DomainDirectory> {
  const agents = await listAgents({ ctx, input: {} });
  const present = agents.filter(({ status }) => status !== "gone");
  const domains = groupBy(present, ({ domain }) => domain).map(([domain, ofDomain]) => ({
    domain,
    products: groupBy(ofDomain, ({ product_id }) => product_id).map(([product_id, ofProduct]) => ({
      product_id,
      agents: ofProduct,
    })),
  }));
  return { domains };
}

/** Polls besides: a notification may be lost with its connection. */
const POLL_MS = 2000;

async function changesSince(
  ctx: Pick<ServiceContext, "db" | "clock">,
  since: number,
): Promise<DirectoryChanges> {
  const [latest] = await ctx.db
    .select({ version: max(registryAgents.version) })
    .from(registryAgents);
  // A reader that knows of a later version knew another registry: it starts anew.
  const isComplete = since === 0 || since > (latest?.version ?? 0);
  const rows = await ctx.db
    .select()
    .from(registryAgents)
    .where(isComplete ? undefined : gt(registryAgents.version, since))
    .orderBy(asc(registryAgents.version));
  const now = ctx.clock.now();
  return {
    version: rows.at(-1)?.version ?? (isComplete ? 0 : since),
    is_complete: isComplete,
    agents: rows.map((row) => toRegistered(row, now)),
  };
}

/**
 * What changed in the directory after a version (0: all of it), as soon as there is something; nothing
 * when that takes longer than asked, or the reader has left.
 */
export async function readChanges({
  ctx,
  input: { since, waitSeconds, signal },
}: {
  ctx: Pick<ServiceContext, "db" | "clock" | "actor" | "bus">;
  input: { since: number; waitSeconds: number; signal?: AbortSignal };
}): Promise<DirectoryChanges> {
  assertMayRead(ctx.actor);
  const untilMs = performance.now() + waitSeconds * 1000;
  let wake = () => {};
  const unsubscribe = await ctx.bus.subscribe(({ topic }) => {
    if (topic === "directory") wake();
  });
  signal?.addEventListener("abort", () => wake(), { once: true });
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const changes = await changesSince(ctx, since);
      const leftMs = untilMs - performance.now();
      if (changes.is_complete || changes.agents.length > 0) return changes;
      if (leftMs <= 0 || signal?.aborted) return changes;
      await within(Math.min(leftMs, POLL_MS), woken);
    }
  } finally {
    await unsubscribe();
  }
}

async function within(ms: number, woken: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([late, woken]);
  clearTimeout(timer);
}
