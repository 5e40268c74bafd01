import { sql } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { PolicyEvaluation, PolicyFacts } from "@/server/contracts";
import type { Database, ServiceContext, Transaction } from "@/server/platform";
import { type ApprovalRow, isFor, loadApprovals, POLICY_PERSON } from "./approvals";
import { type CurrentPolicy, loadPolicy } from "./current-policy";
import { factsOf, type ItemFact, loadItemFacts, loadRecord } from "./facts";
import { evaluatePolicy } from "./rules/evaluate";

type SuggestionRow = Pick<
  typeof suggestions.$inferSelect,
  "id" | "productId" | "basis" | "requestedBy" | "revision"
> &
  (Pick<typeof suggestions.$inferSelect, "setEvidence"> | { setGainLow: number | null });

/** Of a suggestion what an evaluation reads: a sweep leaves its evidence, which is large, in the store. */
export const EVALUATED_COLUMNS = {
  ...{ id: suggestions.id, productId: suggestions.productId, basis: suggestions.basis },
  ...{ requestedBy: suggestions.requestedBy, revision: suggestions.revision },
  setGainLow: sql<number | null>`(${suggestions.setEvidence}->'workload'->'gain'->>'low')::float8`,
};

export interface EvaluatedSuggestion {
  current: CurrentPolicy;
  /** The changes that were evaluated. */
  items: ItemFact[];
  facts: PolicyFacts;
  evaluation: PolicyEvaluation;
  /** All that were given, for whatever changes. */
  approvals: ApprovalRow[];
}

/**
 * What the policy that holds says of a suggestion. Of which changes: those named, else those approved, else
 * those that somebody approved last as they are advised now, else all.
 */
export async function evaluateSuggestion({
  db,
  ctx,
  input: { row, itemIds },
}: {
  db: Database | Transaction;
  ctx: Pick<ServiceContext, "clock">;
  input: { row: SuggestionRow; itemIds?: readonly string[] | undefined };
}): Promise<EvaluatedSuggestion> {
  const [current, all, approvals] = await Promise.all([
    loadPolicy({ db }),
    loadItemFacts(db, [row.id]),
    loadApprovals(db, row.id),
  ]);
  const { policy } = current;
  const chosen = new Set(itemIds ?? chooseItems(row, all, approvals));
  const items = all.filter(({ id }) => chosen.has(id));
  const setGainLow =
    "setGainLow" in row ? row.setGainLow : (row.setEvidence?.workload.gain?.low ?? null);
  const subject = { ...row, setGainLow };
  const own = factsOf(subject, { items, isWhole: items.length === all.length });
  const kinds = own.changes.map(({ kind }) => kind);
  const { id: suggestionId, productId } = row;
  const automatic = approvals.find(({ personId }) => personId === POLICY_PERSON);
  const record = await loadRecord({
    ...{ db, ctx },
    input: { policy, suggestionId, productId, kinds, approvedAt: automatic?.at ?? null },
  });
  const facts = { ...own, ...record, approvals: standing(approvals, items, row.revision) };
  return { current, items, facts, approvals, evaluation: evaluatePolicy(policy, facts) };
}

function chooseItems(
  { revision }: SuggestionRow,
  all: readonly ItemFact[],
  approvals: readonly ApprovalRow[],
): string[] {
  const approved = all.filter(({ isApproved }) => isApproved === true);
  if (approved.length > 0) return approved.map(({ id }) => id);
  const ids = all.map(({ id }) => id);
  const last = approvals.findLast(
    (each) => each.revision === revision && each.itemIds.every((id) => ids.includes(id)),
  );
  return last === undefined ? ids : last.itemIds;
}

/** People's approvals of exactly these changes, as they are advised now. */
function standing(
  approvals: readonly ApprovalRow[],
  items: readonly ItemFact[],
  revision: number,
): PolicyFacts["approvals"] {
  const itemIds = items.map(({ id }) => id);
  return approvals
    .filter(({ personId }) => personId !== POLICY_PERSON)
    .filter((each) => isFor(each, { itemIds, revision }))
    .map(({ personId, label, roles, comment, at, acknowledgesAlone }) => ({
      ...{ person_id: personId, label, roles, comment, at: at.toISOString() },
      acknowledges_alone: acknowledgesAlone,
    }));
}
