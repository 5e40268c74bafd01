import type { suggestions } from "@/drizzle/schema";
import { AppError, type ServiceContext, type Transaction } from "@/server/platform";
import { isFor, POLICY_PERSON } from "./approvals";
import { holdOffStop, stoppedError } from "./emergency-stop";
import { evaluateSuggestion } from "./evaluate-suggestion";

/** An execution may begin, or not before a time; `opensAt` null: no common opening is known. */
export type Permit = { state: "open" } | { state: "closed"; opensAt: Date | null; reason: string };

/**
 * Whether a suggestion may be executed under the policy as it is now: a step of the transaction that begins the
 * execution and holds the suggestion's row. Throws `stopped`, `approval_incomplete`.
 */
export async function permitExecution({
  tx,
  ctx,
  input: { row },
}: {
  tx: Transaction;
  ctx: Pick<ServiceContext, "clock">;
  input: { row: typeof suggestions.$inferSelect };
}): Promise<Permit> {
  const stop = await holdOffStop({ tx });
  if (stop !== null) throw stoppedError(stop, "Nothing is executed.");
  const { evaluation, current, approvals, items } = await evaluateSuggestion({
    ...{ db: tx, ctx },
    input: { row },
  });
  const { chain, auto_approval, window } = evaluation;
  const itemIds = items.map(({ id }) => id);
  const wasAutomatic = approvals.some(
    (each) => each.personId === POLICY_PERSON && isFor(each, { itemIds, revision: row.revision }),
  );
  const isAutomatic = auto_approval.is_approving && wasAutomatic;
  if (!chain.is_complete && !isAutomatic) {
    throw new AppError(
      "approval_incomplete",
      `Not approved as the policy asks: ${evaluation.summary}`,
      {
        details: { policy_version: current.version, required: chain.required, given: chain.given },
      },
    );
  }
  if (window === null || window.is_open) return { state: "open" };
  const opensAt = window.opens_at === null ? null : new Date(window.opens_at);
  return { state: "closed", opensAt, reason: window.description };
}
