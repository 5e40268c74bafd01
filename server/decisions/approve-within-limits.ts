import { and, arrayContained, eq, sql } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { allows } from "@/server/contracts";
import type { ServiceContext, Transaction } from "@/server/platform";
import {
  evaluateSuggestion,
  holdOffStop,
  isStopped,
  loadPolicy,
  POLICY_PERSON,
  storeApproval,
} from "@/server/policy";
import { markApproved } from "./approve-suggestion";
import { recordVerdict } from "./decide";
import { supersedeEdited } from "./end-suggestions";
import { pendingSuggestions } from "./pending-pages";
import { transitionSuggestion } from "./transition";

/**
 * Approves pending advice that is within every limit of automatic approval, where the policy lets it act: the
 * oldest first. Answers the ids. Executing it stays with whoever may.
 */
export async function approveWithinLimits({ ctx }: { ctx: ServiceContext }): Promise<string[]> {
  const { db } = ctx;
  const { auto_approval: limits } = (await loadPolicy({ db })).policy;
  if (limits.mode !== "act" || (await isStopped(db))) return [];
  const where = and(
    eq(suggestions.basis, "measured"),
    arrayContained(suggestions.kinds, [...limits.kinds]),
  );
  const approved: string[] = [];
  for await (const row of pendingSuggestions({ db, where })) {
    const { evaluation } = await evaluateSuggestion({ db, ctx, input: { row } });
    if (!evaluation.auto_approval.is_approving) continue;
    const isApproved = await db.transaction((tx) => approveOne(tx, ctx, row.id));
    if (isApproved) approved.push(row.id);
  }
  return approved;
}

/** Decided anew with everything locked: what counts is the policy, the stop and the day's number as they are now. */
async function approveOne(tx: Transaction, ctx: ServiceContext, id: string): Promise<boolean> {
  const [row] = await tx.select().from(suggestions).where(eq(suggestions.id, id)).for("update");
  if (row === undefined || !allows("suggestion", "approve", row.state)) return false;
  // Two processes count the day's approvals one after the other.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('policy.auto_approval'))`);
  if ((await holdOffStop({ tx })) !== null) return false;
  const { evaluation, items, current } = await evaluateSuggestion({ db: tx, ctx, input: { row } });
  if (!evaluation.auto_approval.is_approving) return false;
  const itemIds = items.map((item) => item.id);
  const [reason = ""] = evaluation.auto_approval.reasons;
  await storeApproval({
    tx,
    input: {
      ...{ suggestionId: id, personId: POLICY_PERSON, label: "policy", roles: [] },
      ...{ itemIds, revision: row.revision, comment: reason, at: ctx.clock.now() },
    },
  });
  const note = { reason, is_automatic: true, policy_version: current.version };
  await transitionSuggestion({ tx, ctx, input: { id, transition: "approve", note } });
  await markApproved(tx, id, itemIds);
  await recordVerdict(tx, row, true);
  await supersedeEdited({ tx, ctx, input: { row } });
  return true;
}
