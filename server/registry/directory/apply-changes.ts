import { and, eq, notInArray, type SQL, sql } from "drizzle-orm";
import { directoryState, peers } from "@/drizzle/schema";
import type { DirectoryChanges, RegisteredAgent } from "@/server/contracts";
import { publish, type ServiceContext, type Transaction } from "@/server/platform";

/** There is one row. */
const THE_ONE = 1;

export type StateRow = typeof directoryState.$inferSelect;

/** How the directory stands; null: the registry was never asked. */
export async function readState({ db }: Pick<ServiceContext, "db">): Promise<StateRow | null> {
  const [row] = await db.select().from(directoryState).where(eq(directoryState.id, THE_ONE));
  return row ?? null;
}

async function keepAgent(tx: Transaction, card: RegisteredAgent, isAlways: boolean): Promise<void> {
  const { agent_id: agentId, product_id: productId, domain, version } = card;
  const told = { productId, domain, card };
  // Answers may overtake each other: what is known to be newer stays.
  const isNewer: SQL = sql`(${peers.card}->>'version')::int <= ${version}`;
  await tx
    .insert(peers)
    .values({ agentId, ...told })
    .onConflictDoUpdate({
      target: peers.agentId,
      set: told,
      ...(isAlways ? {} : { setWhere: isNewer }),
    });
}

/** Keeps what the registry told, with the time and the feed's cursor, in one transaction. */
export async function applyChanges(
  { db, clock }: Pick<ServiceContext, "db" | "clock">,
  { version, is_complete, agents }: DirectoryChanges,
): Promise<void> {
  const sorted = agents.toSorted((a, b) => (a.agent_id < b.agent_id ? -1 : 1));
  await db.transaction(async (tx) => {
    const told = { refreshedAt: clock.now(), version, isReachable: 1, error: null };
    const [before] = await tx
      .select({ isReachable: directoryState.isReachable })
      .from(directoryState)
      .where(eq(directoryState.id, THE_ONE));
    await tx
      .insert(directoryState)
      .values({ id: THE_ONE, ...told })
      .onConflictDoUpdate({
        target: directoryState.id,
        set: is_complete
          ? told
          : { ...told, version: sql`greatest(${directoryState.version}, ${version})` },
      });
    for (const card of sorted) await keepAgent(tx, card, is_complete);
    if (is_complete) {
      const ids = sorted.map(({ agent_id }) => agent_id);
      await tx.delete(peers).where(ids.length === 0 ? sql`true` : notInArray(peers.agentId, ids));
    }
    const isNews = agents.length > 0 || before?.isReachable !== 1;
    if (isNews) await publish(tx, { topic: "directory", id: "*" });
  });
}

/** Keeps that the registry did not answer, or refused us. What is known of agents stays. */
export async function keepFailure(
  { db }: Pick<ServiceContext, "db">,
  error: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const failed = { isReachable: 0, error };
    const changed = await tx
      .insert(directoryState)
      .values({ id: THE_ONE, ...failed })
      .onConflictDoUpdate({
        target: directoryState.id,
        set: failed,
        setWhere: and(
          eq(directoryState.id, THE_ONE),
          sql`(${directoryState.isReachable} <> 0 or ${directoryState.error} is distinct from ${error})`,
        ) as SQL,
      })
      .returning({ id: directoryState.id });
    if (changed.length > 0) await publish(tx, { topic: "directory", id: "*" });
  });
}
