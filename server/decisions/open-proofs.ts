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
 * What the sidecar starts by itself is not counted. Throws `rate_limited`.
 */
export async function assertMayOpenProof({
  tx,
  ctx: { actor, settings },
}: {
  tx: Transaction;
  ctx: Pick<ServiceContext, "actor" | "settings">;
}): Promise<void> {
  if (actor.kind === "system") return;
  const caller = actorKey(actor);
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('open-proofs'), hashtext(${caller}))`);
  const open = await tx.$count(suggestions, and(eq(suggestions.openedBy, caller), isOpenProof));
  const { PROOFS_OPEN_PER_CALLER_MAX: max, PROOF_SECONDS_MAX: seconds } = settings;
  if (open <= max) return;
  throw new AppError(
    "rate_limited",
    `You already have ${formatPlural(max, "test run")} waiting or running. Wait for one to end, or cancel one.`,
    { details: { retry_after_seconds: seconds, limit: max } },
  );
}
