import { and, desc, eq, inArray, or, sql } from "drizzle-orm";
import { agentDecisions, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  type Basis,
  type Candidate,
  type Finding,
  type InitialState,
  isProving,
  OPEN_STATES,
  type OperationType,
  type ProofContext,
  type RequestWarning,
  type Suggestion,
  TRANSITIONS,
} from "@/server/contracts";
import { actorKey } from "@/server/identity";
import {
  AppError,
  newId,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { excludedByRule } from "@/server/proving";
import { enqueueJob } from "@/server/queue";
import { refreshListing } from "./inbox/refresh-listing";
import type { ItemRow } from "./item-view";
import { assertMayOpenProof } from "./open-proofs";
import type { SuggestionRow } from "./transition";

interface Opening {
  request: { operation_type: OperationType; context: ProofContext };
  requestHash: string;
  /** Of the question, whatever the data are; null where nothing is to be proved. */
  questionHash: string | null;
  productId: string | null;
  state: InitialState<"suggestion">;
  basis: Basis;
  confidence: number;
  schemaFingerprint: string | null;
  dataVersion: string | null;
  /** The suggestion that somebody edited to ask for this one; left out: nobody did. */
  editedFrom?: string | null;
  expiresAt: Date | null;
  warnings: RequestWarning[];
  findings: Finding[];
  items: Candidate[];
  /** Shown as alternatives, with the reason. */
  excluded: { candidate: Candidate; reason: string }[];
}

/** A suggestion that was stored, or the id of the open one that stands for it. */
type Created = { id: string } & (
  | { isNew: true; row: SuggestionRow; items: ItemRow[] }
  | { isNew: false }
);

/**
 * Creates a suggestion, or answers the open one of an equal request (same hash), or the one whose proof
 * of the same question waits or runs: asking twice neither proves twice nor fills the inbox. The proof
 * of one that begins as `proving` is queued in the same transaction. Throws `rate_limited` where the
 * caller has too many open.
 */
export async function createSuggestion({
  ctx,
  input: opening,
}: {
  ctx: ServiceContext;
  input: Opening;
}): Promise<Created> {
  const id = newId("sugg");
  const stored = await ctx.db.transaction(async (tx) => {
    const [decision] = await tx
      .insert(agentDecisions)
      .values({
        operationType: opening.request.operation_type,
        context: opening.request.context,
        suggestion: { suggestions: opening.items },
      })
      .returning({ id: agentDecisions.decisionId });
    if (decision === undefined) throw new AppError("internal", "The decision was not stored.");
    const [row] = await tx
      .insert(suggestions)
      .values({
        id,
        decisionId: decision.id,
        productId: opening.productId,
        state: opening.state,
        basis: opening.basis,
        operationType: opening.request.operation_type,
        requestHash: opening.requestHash,
        questionHash: opening.questionHash,
        confidence: opening.confidence,
        schemaFingerprint: opening.schemaFingerprint,
        dataVersion: opening.dataVersion,
        editedFrom: opening.editedFrom ?? null,
        warnings: opening.warnings,
        findings: opening.findings,
        requestedBy: ctx.actor.label,
        openedBy: actorKey(ctx.actor),
        expiresAt: opening.expiresAt,
      })
      .onConflictDoNothing()
      .returning();
    if (row === undefined) {
      await tx.delete(agentDecisions).where(eq(agentDecisions.decisionId, decision.id));
      return null;
    }
    const items = itemsOf(id, opening);
    if (items.length > 0) await tx.insert(suggestionItems).values(items);
    await refreshListing(tx, id);
    await recordAudit(tx, ctx, {
      action: "suggestion.open",
      subjectType: "suggestion",
      subjectId: id,
      after: {
        state: opening.state,
        basis: opening.basis,
        product_id: opening.productId,
        ...(opening.request.context.requested && {
          origin: opening.request.context.requested.origin,
          reason: opening.request.context.requested.reason,
        }),
        suspect_texts: opening.warnings.filter(({ code }) => code === "suspect_text").length,
      },
    });
    if (opening.editedFrom != null) await tellEdited(tx, ctx, { from: opening.editedFrom, to: id });
    if (isProving(opening.state)) {
      await assertMayOpenProof({ tx, ctx });
      await enqueueJob({ tx, input: { kind: "prove", subjectId: id } });
    }
    await publish(tx, { topic: "suggestion", id });
    return { row, items };
  });
  return stored === null
    ? { id: await findOpen(ctx, opening), isNew: false }
    : { id, isNew: true, ...stored };
}

/** The edited suggestion stays as it is; its history says what was made of it. */
async function tellEdited(
  tx: Transaction,
  ctx: ServiceContext,
  { from, to }: { from: string; to: string },
): Promise<void> {
  await recordAudit(tx, ctx, {
    action: "suggestion.edit",
    subjectType: "suggestion",
    subjectId: from,
    after: { edited_as: to },
  });
  await publish(tx, { topic: "suggestion", id: from });
}

/** Rows of a new suggestion's items, as they are stored. */
function itemsOf(id: string, { items, excluded }: Pick<Opening, "items" | "excluded">): ItemRow[] {
  return [
    ...items.map((candidate) => ({
      ...{ role: "suggested" as const, candidate, verdict: null, evidence: null },
    })),
    ...excluded.map(({ candidate, reason }) => ({
      role: "alternative" as const,
      ...excludedByRule(candidate, reason),
    })),
  ].map((item, ordinal) => ({
    ...item,
    ...{ id: newId("item"), suggestionId: id, ordinal, explanation: null, isApproved: null },
  }));
}

/** The proof that waits or runs, before advice that an earlier one left open. */
async function findOpen(
  ctx: ServiceContext,
  { requestHash, questionHash }: Pick<Opening, "requestHash" | "questionHash">,
): Promise<string> {
  const { from: provingStates } = TRANSITIONS.suggestion.publishAdvice;
  const isEqual = eq(suggestions.requestHash, requestHash);
  const isAsked = questionHash === null ? undefined : eq(suggestions.questionHash, questionHash);
  const [row] = await ctx.db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(
      or(
        and(isEqual, inArray(suggestions.state, OPEN_STATES)),
        isAsked && and(isAsked, inArray(suggestions.state, provingStates)),
      ),
    )
    .orderBy(desc(sql`${suggestions.state} = 'proving'`))
    .limit(1);
  if (row) return row.id;
  throw new AppError("conflict", "An equal request has just been decided; ask again.");
}

/** What a caller is told who asked for what was open already. */
export function asExisting(suggestion: Suggestion): Suggestion {
  const how = isProving(suggestion.state)
    ? "The same question is being tested already: this request joined that test run, with its time budget."
    : "The same question was answered already, and nobody has decided yet: this is that answer.";
  return { ...suggestion, is_existing: true, note: `${how} ${suggestion.note}` };
}
