import { and, asc, eq, gt, sql } from "drizzle-orm";
import { proofEvents, suggestions } from "@/drizzle/schema";
import {
  isProving,
  type ListProofEvents,
  type ProofEvent,
  type ProofLog,
  type ProofProgress,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, publish, type ServiceContext } from "@/server/platform";
import { assertVisible } from "./product-scope";

const WRITE_EVERY_MS = 500;

/**
 * Appends events to a proof's log, in their order. Throws `not_found` for an unknown suggestion.
 */
export async function recordProofEvents({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { suggestionId: string; events: ProofEvent[] };
}): Promise<void> {
  const { suggestionId, events } = input;
  if (events.length === 0) return;
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .select({ id: suggestions.id })
      .from(suggestions)
      .where(eq(suggestions.id, suggestionId));
    if (row === undefined) {
      throw new AppError("not_found", `There is no suggestion ${suggestionId}.`);
    }
    const at = ctx.clock.now();
    await tx.insert(proofEvents).values(events.map((event) => ({ suggestionId, event, at })));
    await publish(tx, { topic: "suggestion", id: suggestionId });
  });
}

/**
 * The log of a suggestion's proofs, oldest first: what was tried, when, and why it won or lost.
 * `next_after` continues it. Throws `forbidden`, `not_found`.
 */
export async function listProofEvents({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ListProofEvents & { suggestion_id: string };
}): Promise<ProofLog> {
  assertCan(ctx.actor, "suggestion.read");
  const { suggestion_id: id, after, limit } = input;
  await assertVisible({ ctx, input: { suggestion_id: id } });
  const [[known], rows] = await Promise.all([
    ctx.db.select({ id: suggestions.id }).from(suggestions).where(eq(suggestions.id, id)),
    ctx.db
      .select()
      .from(proofEvents)
      .where(
        and(
          eq(proofEvents.suggestionId, id),
          after === undefined ? undefined : gt(proofEvents.seq, after),
        ),
      )
      .orderBy(asc(proofEvents.seq))
      .limit(limit + 1),
  ]);
  if (known === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  const shown = rows.slice(0, limit);
  return {
    items: shown.map(({ seq, at, event }) => ({ seq, at: at.toISOString(), event })),
    next_after: rows.length > limit ? (shown.at(-1)?.seq ?? null) : null,
  };
}

/** Where a running proof writes its progress and its log. */
export interface ProofWriter {
  progress(progress: ProofProgress): void;
  event(event: ProofEvent): void;
  /** Writes what is left, and what the run took: time without its pauses, and its process's processor time. */
  close(): Promise<void>;
}

/**
 * Stores a proof's progress and events for live pages: at most every half second, in order. What
 * cannot be written is logged and does not fail the proof.
 */
export function createProofWriter({
  ctx,
  input: { suggestionId: id },
}: {
  ctx: ServiceContext;
  input: { suggestionId: string };
}): ProofWriter {
  let newest: ProofProgress | null = null;
  let events: ProofEvent[] = [];
  let writing = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let elapsedMs = 0;
  const cpuBefore = process.cpuUsage();

  function flush(): Promise<void> {
    const [progress, batch] = [newest, events];
    newest = null;
    events = [];
    writing = writing
      .then(async () => {
        if (progress !== null) await storeProgress(ctx, id, progress);
        await recordProofEvents({ ctx, input: { suggestionId: id, events: batch } });
      })
      .catch((error: unknown) => {
        ctx.log.warn({ err: error, suggestion: id }, "progress of a proof could not be stored");
      });
    return writing;
  }

  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = null;
      void flush();
    }, WRITE_EVERY_MS);
  }

  return {
    progress(progress) {
      newest = progress;
      schedule();
    },
    event(event) {
      elapsedMs = Math.max(elapsedMs, event.at_ms);
      events.push(event);
      schedule();
    },
    async close() {
      if (timer) clearTimeout(timer);
      await flush();
      const { user, system } = process.cpuUsage(cpuBefore);
      await storeCost(ctx, id, { elapsedMs, cpuMs: (user + system) / 1000 });
    },
  };
}

/** Adds to what its earlier runs took. Of a run that measured nothing there is nothing to tell. */
async function storeCost(
  ctx: ServiceContext,
  id: string,
  { elapsedMs, cpuMs }: { elapsedMs: number; cpuMs: number },
): Promise<void> {
  if (elapsedMs === 0) return;
  const set = {
    testMs: sql`${suggestions.testMs} + ${elapsedMs}`,
    testCpuMs: sql`${suggestions.testCpuMs} + ${cpuMs}`,
  };
  await ctx.db
    .update(suggestions)
    .set(set)
    .where(eq(suggestions.id, id))
    .catch((error: unknown) => {
      ctx.log.warn({ err: error, suggestion: id }, "what a proof took could not be stored");
    });
}

/** While its proof runs, or its search goes on. */
async function storeProgress(
  ctx: ServiceContext,
  id: string,
  progress: ProofProgress,
): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [row] = await tx
      .select({ state: suggestions.state, isSearching: suggestions.isSearching })
      .from(suggestions)
      .where(eq(suggestions.id, id))
      .for("update");
    if (row === undefined || !(isProving(row.state) || row.isSearching)) return;
    await tx
      .update(suggestions)
      .set({ progress, updatedAt: ctx.clock.now() })
      .where(eq(suggestions.id, id));
    await publish(tx, { topic: "suggestion", id });
  });
}
