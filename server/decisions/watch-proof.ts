import { eq } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { SEARCHABLE_STATES } from "@/server/contracts";
import { AppError, type ServiceContext } from "@/server/platform";

const LOOK_MS = 1000;

/** Looks whether somebody cancelled a proof while it runs. */
export interface ProofWatch {
  /** Aborts with the given signal, and soon after the proof was cancelled. */
  signal: AbortSignal;
  isCancelled(): boolean;
  /** The proof ends by itself from here on: what follows is no cancellation. */
  stop(): void;
}

/**
 * Watches the suggestion's row while its proof runs. The row is the truth of it: a cancellation reaches
 * the proof whichever process it came to, and whatever the bus loses.
 */
export function watchProof({
  ctx,
  input: { suggestionId, signal },
  lookMs = LOOK_MS,
}: {
  ctx: Pick<ServiceContext, "db" | "log">;
  input: { suggestionId: string; signal: AbortSignal };
  lookMs?: number;
}): ProofWatch {
  const cancelled = new AbortController();
  let isWatching = true;
  let isLooking = false;
  async function look(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    try {
      const isWanted = await isStillWanted(ctx, suggestionId);
      if (!isWanted && isWatching) {
        cancelled.abort(new AppError("conflict", "The test run was cancelled."));
      }
    } catch (error) {
      ctx.log.warn({ err: error, suggestion: suggestionId }, "a running proof is not watched");
    } finally {
      isLooking = false;
    }
  }
  const timer = setInterval(() => void look(), lookMs);
  return {
    signal: AbortSignal.any([signal, cancelled.signal]),
    isCancelled: () => cancelled.signal.aborted,
    stop() {
      isWatching = false;
      clearInterval(timer);
    },
  };
}

/** False once it was cancelled, or its search was. What was decided ends by the search's own check. */
async function isStillWanted(
  { db }: Pick<ServiceContext, "db">,
  suggestionId: string,
): Promise<boolean> {
  const [row] = await db
    .select({ state: suggestions.state, isSearching: suggestions.isSearching })
    .from(suggestions)
    .where(eq(suggestions.id, suggestionId));
  if (row === undefined) return true;
  if (row.state === "cancelled") return false;
  return row.isSearching || !SEARCHABLE_STATES.includes(row.state);
}
