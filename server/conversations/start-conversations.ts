import { and, eq, isNull, or } from "drizzle-orm";
import { conversations, suggestions } from "@/drizzle/schema";
import type { BusEvent } from "@/server/contracts";
import { type Root, type ServiceContext, systemContext } from "@/server/platform";
import { advanceConversation } from "./advance";

const SWEEP_MS = 5000;

interface Running {
  stop(): Promise<void>;
}

/**
 * Carries conversations on: at each event of theirs or of their own change, and in sweeps for whatever an
 * event was lost of, or the clock makes due. Any number of processes may do so at once.
 */
export function startConversations(
  root: Root,
  { sweepMs = SWEEP_MS }: { sweepMs?: number } = {},
): Running {
  const ctx = systemContext(root, "conversations");
  const waiting = new Set<string>();
  let working = Promise.resolve();
  let isStopped = false;

  /** One after the other; a conversation that waits already is not waited for twice. */
  function advance(id: string): void {
    if (isStopped || waiting.has(id)) return;
    waiting.add(id);
    working = working.then(async () => {
      waiting.delete(id);
      if (!isStopped) await advanceLogged(ctx, id);
    });
  }

  async function sweep(): Promise<void> {
    try {
      for (const id of await listOpen(ctx)) advance(id);
    } catch (error) {
      root.log.warn({ err: error }, "open conversations are not known; the next sweep tries again");
    }
  }

  async function follow(event: BusEvent): Promise<void> {
    if (event.topic === "conversation") advance(event.id);
    if (event.topic !== "suggestion") return;
    const rows = await ctx.db
      .select({ id: conversations.id })
      .from(conversations)
      .where(eq(conversations.suggestionId, event.id))
      .catch(() => []);
    for (const { id } of rows) advance(id);
  }

  const subscribed = root.bus.subscribe((event) => void follow(event));
  subscribed.catch((error: unknown) =>
    root.log.warn({ err: error }, "events are not heard; sweeps carry conversations on"),
  );
  const timer = setInterval(() => void sweep(), sweepMs);
  void sweep();
  return {
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await subscribed.then((unsubscribe) => unsubscribe()).catch(() => {});
      await working;
    },
  };
}

async function advanceLogged(ctx: ServiceContext, id: string): Promise<void> {
  try {
    await advanceConversation({ ctx, input: { conversation_id: id } });
  } catch (error) {
    ctx.log.warn(
      { err: error, conversation: id },
      "a conversation waits; the next sweep tries again",
    );
  }
}

/** Those that have not ended, and those in sync whose change was rolled back since. */
async function listOpen({ db }: ServiceContext): Promise<string[]> {
  const rows = await db
    .select({ id: conversations.id })
    .from(conversations)
    .leftJoin(suggestions, eq(suggestions.id, conversations.suggestionId))
    .where(
      or(
        isNull(conversations.endedAt),
        and(eq(conversations.state, "synced"), eq(suggestions.state, "reverted")),
      ),
    )
    .orderBy(conversations.expiresAt);
  return rows.map(({ id }) => id);
}
