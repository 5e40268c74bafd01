import { and, eq, sql } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { formatPlural } from "@/server/format";
import { actorKey } from "@/server/identity";
import { AppError, type ServiceContext, type Transaction } from "@/server/platform";

// Implies what the index suggestions_opened_by is limited to.
const isOpenProof = sql`(state = 'proving' or (is_searching and extra_seconds is not null))`;

/**
 * Refuses a caller's proof beyond PROOFS_OPEN_PER_CALLER_MAX that wait or run. A step of the transaction
 * that opened it: it is counted itself, and two of one caller at once are counted one after the other.
 * Beyond PROOFS_OPEN_MAX of all callers
 * together anybody's is refused. What the sidecar starts by itself is never refused. Throws `rate_limited`,
 * `overloaded`.
 */
export async function assertMayOpenProof({
  tx,
  ctx: { actor, settings },
}: {
  tx: Transaction;
  ctx: Pick<ServiceContext, "actor" | "settings">;
}): Promise<void> {
  if (actor.kind === "system") return;
  const { PROOFS_OPEN_PER_CALLER_MAX: max, PROOFS_OPEN_MAX: allMax } = settings;
  const { PROOF_SECONDS_MAX: seconds } = settings;
  const caller = actorKey(actor);
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('open-proofs'), hashtext(${caller}))`);
  const open = await tx.$count(suggestions, and(eq(suggestions.openedBy, caller), isOpenProof));
  if (open > max) {
    throw new AppError(
      "rate_limited",
      `You already have ${formatPlural(max, "test run")} waiting or running. Wait for one to end, or cancel one.`,
      { details: { retry_after_seconds: seconds, limit: max } },
    );
  }
  // Of two callers at once both may be let in: the bound is for what waits, not for one more.
  if ((await tx.$count(suggestions, isOpenProof)) <= allMax) return;
  throw new AppError(
    "overloaded",
    `${formatPlural(allMax, "test run")} of all callers wait or run already. Try again when some have ended.`,
    { details: { retry_after_seconds: seconds, limit: allMax } },
  );
}
