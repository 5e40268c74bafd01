import { and, eq } from "drizzle-orm";
import { agentDecisions, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  allows,
  isProving,
  type LimitedAnalysis,
  type ProductSchema,
  type ProofResult,
  type ProvedCandidate,
  type SuggestionState,
} from "@/server/contracts";
import {
  AppError,
  type Database,
  isUniqueViolation,
  newId,
  publish,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { candidateId } from "./earlier-proofs";
import { supersedeByNewerProof } from "./end-suggestions";
import { explainItem } from "./explain-item";
import { refreshListing } from "./inbox/refresh-listing";
import { setExpiry } from "./reopen-suggestion";
import { calibrateConfidence, readTrackRecord } from "./track-record";
import {
  type SuggestionMove,
  type SuggestionRow,
  transitionSuggestion,
  tryTransitionSuggestion,
} from "./transition";

export interface AdviceInput {
  suggestionId: string;
  /** The schema that was measured: an execution expects it. */
  schema: ProductSchema;
  result: ProofResult;
  /** What the proof left out; null, or not told: nothing. */
  limits?: LimitedAnalysis | null;
  /** The search has ended: no later result comes. */
  isComplete: boolean;
  /** What changed since the advice before, as a sentence; null: nothing, or it is the first. */
  note: string | null;
}

/**
 * Stores what a proof has found so far. The first result ends `proving`: `pending` with something to
 * decide, else `no_gain`. A later one replaces it while nobody has decided, in one transaction that
 * holds the suggestion's row, with an audit row that says what changed.
 * Answers whether to go on: "stop" when somebody decided, or it expired or was superseded, and then
 * nothing is stored. Throws `not_found`.
 */
export async function publishAdvice({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: AdviceInput;
}): Promise<"continue" | "stop"> {
  const confidence = calibrateConfidence(await readTrackRecord(ctx.db));
  try {
    const isStored = await ctx.db.transaction((tx) => storeAdvice(tx, ctx, { input, confidence }));
    return isStored && !input.isComplete ? "continue" : "stop";
  } catch (error) {
    // An equal request was opened after this one had found nothing: its own proof goes on.
    if (!isUniqueViolation(error)) throw error;
    await endSearch(ctx.db, input.suggestionId);
    return "stop";
  }
}

async function storeAdvice(
  tx: Transaction,
  ctx: ServiceContext,
  { input, confidence }: { input: AdviceInput; confidence: number },
): Promise<boolean> {
  const { suggestionId: id, schema, result, limits, isComplete, note } = input;
  const present = await lockSuggestion(tx, id);
  if (!isProving(present.state) && !present.isSearching) return false;
  const before = await readItems(tx, id);
  const difference = compareAdvice(before, result);
  const hasAdvice = result.accepted.length > 0;
  const transition = chooseTransition(present.state, hasAdvice);
  if (transition === "stop") return false;
  const isRevision = !isProving(present.state) && (note !== null || difference.isChanged);
  const set = {
    confidence,
    setEvidence: result.set_evidence,
    sets: result.sets,
    findings: result.findings,
    warnings: [
      ...present.warnings.filter(({ code }) => code !== "limited_analysis"),
      ...(limits ? [limits] : []),
    ],
    schemaFingerprint: schema.schema_fingerprint,
    dataVersion: schema.data_version,
    isSearching: !isComplete,
    ...(isRevision && { revision: present.revision + 1, revisionNote: note }),
    ...(isComplete && { extraSeconds: null }),
  };
  const isSilent = !isProving(present.state) && !isRevision;
  const row = await writeSuggestion(tx, ctx, {
    present,
    move: { id, transition, set, note: noteOf(input, difference) },
    isSilent,
    hasAdvice,
  });
  await replaceItems(tx, { suggestionId: id, result, before });
  await refreshListing(tx, id);
  if (hasAdvice && !isSilent) await setExpiry({ tx, ctx, input: { row } });
  await tx
    .update(agentDecisions)
    .set({ suggestion: { suggestions: result.accepted.map(({ candidate }) => candidate) } })
    .where(eq(agentDecisions.decisionId, row.decisionId));
  await supersedeByNewerProof({ tx, ctx, input: { row, result } });
  return true;
}

async function lockSuggestion(tx: Transaction, id: string): Promise<SuggestionRow> {
  const [row] = await tx.select().from(suggestions).where(eq(suggestions.id, id)).for("update");
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  return row;
}

/** `keep`: there is still nothing to suggest; only the alternatives know more. */
function chooseTransition(
  state: SuggestionState,
  hasAdvice: boolean,
): SuggestionMove["transition"] | "keep" | "stop" {
  if (isProving(state)) return hasAdvice ? "publishAdvice" : "reportNoGain";
  if (allows("suggestion", "improveAdvice", state)) {
    return hasAdvice ? "improveAdvice" : "withdrawAdvice";
  }
  if (allows("suggestion", "adviseLater", state)) return hasAdvice ? "adviseLater" : "keep";
  return "stop";
}

/** A revision that changes nothing a reviewer would weigh anew leaves no audit row of its own. */
async function writeSuggestion(
  tx: Transaction,
  ctx: ServiceContext,
  write: {
    present: SuggestionRow;
    move: Omit<SuggestionMove, "transition"> & {
      transition: SuggestionMove["transition"] | "keep";
    };
    isSilent: boolean;
    hasAdvice: boolean;
  },
): Promise<SuggestionRow> {
  const { present, move, isSilent, hasAdvice } = write;
  const { transition } = move;
  if (transition === "keep" || isSilent) {
    const [row] = await tx
      .update(suggestions)
      .set({ ...move.set, updatedAt: ctx.clock.now() })
      .where(eq(suggestions.id, present.id))
      .returning();
    await publish(tx, { topic: "suggestion", id: present.id });
    return row ?? present;
  }
  // Until when it can be decided depends on its changes: see setExpiry.
  const expiresAt = hasAdvice ? present.expiresAt : null;
  return transitionSuggestion({
    tx,
    ctx,
    input: { ...move, transition, set: { ...move.set, expiresAt } },
  });
}

type StoredItem = { id: string; role: string; candidateId: string };

function readItems(tx: Transaction, id: string): Promise<StoredItem[]> {
  return tx
    .select({ id: suggestionItems.id, role: suggestionItems.role, candidateId })
    .from(suggestionItems)
    .where(eq(suggestionItems.suggestionId, id));
}

interface AdviceDifference {
  added: string[];
  removed: string[];
  isChanged: boolean;
}

function compareAdvice(before: StoredItem[], { accepted }: ProofResult): AdviceDifference {
  const old = before.filter(({ role }) => role === "suggested").map((item) => item.candidateId);
  const fresh = accepted.map(({ candidate }) => candidate.candidate_id);
  const added = fresh.filter((one) => !old.includes(one));
  const removed = old.filter((one) => !fresh.includes(one));
  return { added, removed, isChanged: added.length + removed.length > 0 };
}

function noteOf({ result, isComplete, note }: AdviceInput, { added, removed }: AdviceDifference) {
  return {
    accepted: result.accepted.length,
    alternatives: result.alternatives.length,
    is_complete: isComplete,
    ...(note !== null && { changed: note, added, removed }),
  };
}

/** A change keeps its item's id over all revisions, so that what a page shows stays addressable. */
async function replaceItems(
  tx: Transaction,
  {
    suggestionId,
    result,
    before,
  }: { suggestionId: string; result: ProofResult; before: StoredItem[] },
): Promise<void> {
  const known = new Map(before.map((item) => [item.candidateId, item.id]));
  const rows = [
    ...result.accepted.map((proved) => toRow(proved, "suggested")),
    ...result.alternatives.map((proved) => toRow(proved, "alternative")),
  ].map((row, ordinal) => ({
    ...row,
    id: known.get(row.candidate.candidate_id) ?? newId("item"),
    suggestionId,
    ordinal,
  }));
  await tx.delete(suggestionItems).where(eq(suggestionItems.suggestionId, suggestionId));
  if (rows.length > 0) await tx.insert(suggestionItems).values(rows);
}

function toRow(proved: ProvedCandidate, role: "suggested" | "alternative") {
  const { candidate, verdict, evidence } = proved;
  const explanation = role === "suggested" ? explainItem(proved) : null;
  return { role, candidate, verdict, evidence, explanation };
}

/** The search is over, for the reason in `note` where there is one; its advice, if any, stays as it is. */
async function endSearch(db: Database | Transaction, id: string, note?: string): Promise<void> {
  const told = note === undefined ? {} : { revisionNote: note };
  await db
    .update(suggestions)
    .set({ isSearching: false, extraSeconds: null, ...told })
    .where(and(eq(suggestions.id, id), eq(suggestions.isSearching, true)));
  await publish(db, { topic: "suggestion", id });
}

/**
 * Ends a proof that cannot be made (product gone, attempts used up) with the reason shown. Advice
 * that it has published already stays; only its search ends.
 */
export async function failProof({
  ctx,
  input: { suggestionId: id, error },
}: {
  ctx: ServiceContext;
  input: { suggestionId: string; error: AppError };
}): Promise<void> {
  const hasFailed = await tryTransitionSuggestion({
    ctx,
    input: {
      id,
      transition: "failProof",
      set: { error: { code: error.code, message: error.message } },
      note: { error: error.code },
    },
  });
  if (!hasFailed) await endSearch(ctx.db, id, `The search ended: ${error.message}`);
}
