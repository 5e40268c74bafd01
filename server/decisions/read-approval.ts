import { eq } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { type Actor, type ApprovalStatus, allows } from "@/server/contracts";
import { assertCan, isAllowed } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { type EvaluatedSuggestion, evaluateSuggestion, mayFill } from "@/server/policy";
import { assertVisible } from "./product-scope";
import type { SuggestionRow } from "./transition";

/**
 * What the policy asks of a suggestion, how far it is met, and whether the caller may add an approval. Throws
 * `forbidden`, `not_found`.
 */
export async function getApproval({
  ctx,
  input: { suggestion_id: id },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<ApprovalStatus> {
  assertCan(ctx.actor, "suggestion.read");
  await assertVisible({ ctx, input: { suggestion_id: id } });
  const [row] = await ctx.db.select().from(suggestions).where(eq(suggestions.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  const evaluated = await evaluateSuggestion({ db: ctx.db, ctx, input: { row } });
  const whyNot = whyNotApprove(ctx.actor, row, evaluated);
  return {
    ...{ suggestion_id: id, state: row.state },
    policy_version: evaluated.current.version,
    item_ids: evaluated.items.map((item) => item.id),
    evaluation: evaluated.evaluation,
    is_stopped: evaluated.facts.is_stopped,
    you: { can_approve: whyNot === null, why_not: whyNot },
  };
}

/** Why an approval by this person would be refused; null: it would count. */
function whyNotApprove(
  actor: Actor,
  row: SuggestionRow,
  { evaluation: { chain }, facts, items }: EvaluatedSuggestion,
): string | null {
  if (actor.kind !== "user") return "Only a person approves.";
  if (!isAllowed(actor, "suggestion.approve")) return "Your role does not approve.";
  const isPending = allows("suggestion", "approve", row.state);
  const isShort = allows("suggestion", "approveFurther", row.state) && !chain.is_complete;
  if (!isPending && !isShort) return `It is ${row.state}.`;
  if (items.length === 0) return "It suggests no change.";
  const isRequester = actor.label === facts.requested_by;
  if (!chain.requester_may_approve && isRequester) {
    return "You asked for this change; the policy asks for somebody else's approval.";
  }
  const counted = chain.approvals.find(({ by, role }) => by === actor.label && role !== null);
  if (counted !== undefined) return "You have approved this.";
  const open = chain.steps.filter(({ count, given }) => given < count);
  // A person who is counted for one step may move to another, so any role of the chain is good.
  const isHelpful = chain.steps.some(({ role }) => mayFill(actor.roles, role));
  return open.length > 0 && isHelpful
    ? null
    : "The approvals that are still needed are asked of another role.";
}
