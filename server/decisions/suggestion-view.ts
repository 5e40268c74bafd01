import { asc, desc, eq } from "drizzle-orm";
import { feedback, operations, reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  hasMeasuredCost,
  isAdvice,
  isUntested,
  type Operation,
  type Review,
  rollbackOf,
  SEARCHABLE_STATES,
  type Suggestion,
  type SuggestionItem,
  type TrackRecord,
  type Verification,
} from "@/server/contracts";
import { buildDecisionCard } from "@/server/decision-card";
import { formatPlural } from "@/server/format";
import { AppError, type Database, type ServiceContext, type Settings } from "@/server/platform";
import { coverageOf } from "./coverage";
import { loadRejections, type Rejection } from "./earlier-proofs";
import { describeRevert, loadReverts, type Revert } from "./earlier-reverts";
import { type ItemRow, toSuggestionItem } from "./item-view";
import { loadRequested } from "./requested";
import { readTrackRecord } from "./track-record";
import type { OperationRow, SuggestionRow } from "./transition";

/** A suggestion and what belongs to it, as stored. */
interface StoredSuggestion {
  row: SuggestionRow;
  /** In their order. */
  items: ItemRow[];
  /** The first one first. */
  reviews: (typeof reviews.$inferSelect)[];
  /** The last one first. */
  operations: OperationRow[];
  /** The first one first. */
  feedback: (typeof feedback.$inferSelect)[];
  /** What became of the same changes in earlier suggestions for the product. */
  earlier: { rejections: ReadonlyMap<string, Rejection>; reverts: ReadonlyMap<string, Revert> };
  requested: Awaited<ReturnType<typeof loadRequested>>;
  /** Ids of its edited versions, the first one first. */
  edits: string[];
  /** null of an estimate: it promises nothing that executions could deliver. */
  trackRecord: TrackRecord | null;
}

/** The whole suggestion: items, alternatives, reviews, operations. Throws `not_found`. */
export async function loadSuggestion(
  { db, settings }: Pick<ServiceContext, "db" | "settings">,
  id: string,
): Promise<Suggestion> {
  const reading = db.select().from(suggestions).where(eq(suggestions.id, id)).execute();
  const [
    [row],
    items,
    reviewRows,
    operationRows,
    feedbackRows,
    rejections,
    reverts,
    requested,
    edits,
    trackRecord,
  ] = await Promise.all([
    reading,
    db
      .select()
      .from(suggestionItems)
      .where(eq(suggestionItems.suggestionId, id))
      .orderBy(asc(suggestionItems.ordinal)),
    db.select().from(reviews).where(eq(reviews.suggestionId, id)).orderBy(asc(reviews.at)),
    db
      .select()
      .from(operations)
      .where(eq(operations.suggestionId, id))
      .orderBy(desc(operations.createdAt)),
    db.select().from(feedback).where(eq(feedback.suggestionId, id)).orderBy(asc(feedback.at)),
    loadRejections(db, id),
    loadReverts(db, id),
    loadRequested(db, id),
    loadEdits(db, id),
    reading.then(([one]) => (one?.basis === "measured" ? readTrackRecord(db) : null)),
  ]);
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  const stored: StoredSuggestion = {
    ...{ row, items, reviews: reviewRows, operations: operationRows, feedback: feedbackRows },
    ...{ earlier: { rejections, reverts }, requested, edits, trackRecord },
  };
  return viewStored(stored, settings);
}

async function loadEdits(db: Database, id: string): Promise<string[]> {
  const rows = await db
    .select({ id: suggestions.id })
    .from(suggestions)
    .where(eq(suggestions.editedFrom, id))
    .orderBy(asc(suggestions.createdAt), asc(suggestions.id));
  return rows.map((row) => row.id);
}

/** A suggestion that was stored just now, of no product: nothing else belongs to it yet. */
export function viewNewEstimate(
  stored: Pick<StoredSuggestion, "row" | "items">,
  settings: Settings,
): Suggestion {
  const nothing = { reviews: [], operations: [], feedback: [] };
  const earlier = { rejections: new Map(), reverts: new Map() };
  return viewStored(
    { ...stored, ...nothing, earlier, requested: null, edits: [], trackRecord: null },
    settings,
  );
}

function viewStored(stored: StoredSuggestion, settings: Settings): Suggestion {
  const { row, items, earlier, requested } = stored;
  const viewOf = (role: ItemRow["role"]) =>
    items.filter((item) => item.role === role).map((item) => viewItem(item, row, earlier));
  const suggested = viewOf("suggested");
  const view: Omit<Suggestion, "card"> = {
    suggestion_id: row.id,
    suggestions: suggested,
    confidence: row.confidence,
    requires_approval: suggested.length > 0,
    state: row.state,
    basis: row.basis,
    advised_by: advisers(items),
    operation_type: row.operationType,
    product_id: row.productId,
    requested,
    alternatives: viewOf("alternative"),
    set_evidence: row.setEvidence,
    coverage: coverageOf(
      items.filter(({ role }) => role === "suggested"),
      settings,
    ),
    sets: row.sets,
    findings: row.findings,
    warnings: row.warnings,
    progress: row.progress,
    search: {
      is_running: row.isSearching && SEARCHABLE_STATES.includes(row.state),
      revision: row.revision,
      revision_note: row.revisionNote,
      untested_count: items.filter(({ verdict }) => isUntested(verdict)).length,
    },
    reviews: stored.reviews.map(toReview),
    feedback: stored.feedback.map(toFeedback),
    operations: stored.operations.map(toOperation),
    error: row.error,
    superseded_by: row.supersededBy,
    edited_from: row.editedFrom,
    edits: stored.edits,
    note: describeState(row, suggested, stored),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    links: links(row.id, settings),
  };
  return { ...view, card: buildDecisionCard(view, stored.trackRecord) };
}

function viewItem(
  item: ItemRow,
  row: SuggestionRow,
  { rejections, reverts }: StoredSuggestion["earlier"],
): SuggestionItem {
  const change = item.candidate.candidate_id;
  const revert = reverts.get(change);
  return toSuggestionItem(item, {
    rejected_before: rejections.get(change) ?? null,
    reverted_before: revert ? describeRevert(revert, { ...row, evidence: item.evidence }) : null,
  });
}

/** Whose estimates ordered the candidates. */
function advisers(items: ItemRow[]): string {
  const model = items.find(({ candidate }) => candidate.estimated_by)?.candidate.estimated_by;
  return model === undefined ? "rules" : `rules and model ${model}`;
}

function toFeedback({ actorLabel: by, score, comment, at }: typeof feedback.$inferSelect) {
  return { by, score, comment, at: at.toISOString() };
}

function toReview(row: typeof reviews.$inferSelect): Review {
  return {
    reviewer: row.reviewerLabel,
    verdict: row.verdict,
    reason: row.reason,
    item_ids: row.itemIds,
    at: row.at.toISOString(),
  };
}

function links(id: string, { PUBLIC_URL: base = "" }: Settings): Suggestion["links"] {
  return {
    self: `/agent/suggestions/${id}`,
    events: `/agent/suggestions/${id}/events`,
    log: `/agent/suggestions/${id}/log`,
    review: `${base}/suggestions/${id}`,
  };
}

/** One sentence for people and machines alike: what this answer is, and what to do next. */
function describeState(
  row: SuggestionRow,
  suggested: SuggestionItem[],
  { operations: operationRows, requested, edits }: StoredSuggestion,
): string {
  const ofRequest = requested === null ? null : describeRequest(row, suggested);
  if (ofRequest !== null) return ofRequest;
  switch (row.state) {
    case "proving":
      return "The candidates are being measured on a shadow copy. There is no result yet.";
    case "cancelled":
      return "Its test run was cancelled before it had a result; nothing was changed.";
    case "pending":
      return row.basis === "measured"
        ? "Every number was measured on a shadow copy. A reviewer has to approve before anything runs."
        : describeEstimateNote(row, suggested.length);
    case "no_gain":
      return row.basis === "measured"
        ? "Nothing to do: nothing that was measured was worth it; see alternatives."
        : describeEstimateNote(row, suggested.length);
    case "approved":
      return describeApproved(row, suggested);
    case "rejected":
      return "A reviewer rejected it.";
    case "expired":
      return "Nobody decided in time, which is no rejection. It can be reopened, or analyzed again.";
    case "superseded":
      if (row.error !== null) return row.error.message;
      if (row.supersededBy !== null && edits.includes(row.supersededBy)) {
        return `Its edited version ${row.supersededBy} was approved instead.`;
      }
      return row.supersededBy === null
        ? "The schema changed after the proof, so it no longer holds; ask for a new analysis."
        : `A newer proof of the same question, ${row.supersededBy}, has taken its place.`;
    case "executing":
      return describeExecuting(operationRows);
    case "executed":
    case "verified":
      return describeRollback(row, operationRows) ?? describeExecuted(row, operationRows);
    case "failed":
      return row.error?.message ?? "It failed.";
    case "reverted":
      return "It was executed and then reverted.";
  }
}

/** It may wait for a maintenance window, or for the end of an emergency stop. */
function describeExecuting(operationRows: readonly OperationRow[]): string {
  const execution = operationRows.find(({ kind }) => kind === "execute");
  return execution?.state === "queued"
    ? `It has not begun. ${execution.progress.message.replace(/[.]?$/, ".")}`
    : "It is being executed on the live data product.";
}

/** Of changes that were asked for, while the test decides; null: said as of any suggestion. */
function describeRequest({ state }: SuggestionRow, suggested: SuggestionItem[]): string | null {
  switch (state) {
    case "proving":
      return "The requested changes are being tested on a shadow copy. There is no result yet.";
    case "pending":
      return suggested.some(({ verdict }) => hasMeasuredCost(verdict))
        ? "Tested on a shadow copy: nothing breaks, but it makes something slower by more than 5%; the drawbacks give the figures. A reviewer has to approve before anything runs."
        : "They fit: tested on a shadow copy, nothing breaks, and no measured query is surely slower by more than 5%. No gain was required. A reviewer has to approve before anything runs.";
    case "no_gain":
      return "The requested changes do not fit: see alternatives for the reasons. Nothing was changed.";
    default:
      return null;
  }
}

function describeApproved(row: SuggestionRow, suggested: SuggestionItem[]): string {
  if (row.basis === "estimate") {
    return "Approved as advice. It was never measured, so the sidecar does not execute it.";
  }
  const approved = suggested.filter((item) => item.is_approved);
  const advice = approved.filter((item) => isAdvice(item.change));
  if (advice.length === 0) return "Approved; an operator can execute it now.";
  return advice.length === approved.length
    ? "Approved as advice for the product's developers; there is nothing for the sidecar to execute."
    : "Approved; an operator can execute it now, except the rewritten queries: the product's developers change those.";
}

/** What its rollback, asked for last, has come to; null where there is none. Rows come newest first. */
function describeRollback(
  { state, error }: SuggestionRow,
  operationRows: OperationRow[],
): string | null {
  const execution = operationRows.find(({ kind }) => kind === "execute");
  if (execution?.verification?.kept) return null;
  const revert = operationRows.find(({ kind }) => kind === "revert");
  switch (rollbackOf(state, revert?.state)) {
    case "running":
      return revert?.isAutomatic && revert.state === "queued"
        ? `${revert.progress.message}.`
        : "It is being rolled back.";
    case "failed":
      return `${(error?.message ?? "Its rollback failed").replace(/[.]?$/, ".")} The change is still in place; the rollback can be tried again.`;
    case null:
      return null;
  }
}

/** It stays executed where the watch found no clear effect, and until a regression is reverted. */
function describeExecuted(row: SuggestionRow, operationRows: OperationRow[]): string {
  const execution = operationRows.find(({ kind }) => kind === "execute");
  const verification = execution?.verification ?? null;
  switch (verification?.state ?? (row.state === "verified" ? "confirmed" : undefined)) {
    case undefined:
    case "verifying":
      return "Executed; the live workload is being compared with the expected outcome.";
    case "inconclusive":
      return "Executed; the watch ended without a clear effect.";
    case "confirmed":
      return "Executed, and the live workload confirmed it.";
    case "confirmed_with_regressions":
      return "Executed; the live workload confirmed it, with regressions of single queries.";
    case "regressed":
      return describeRegressed(row, verification);
  }
}

function describeRegressed({ error }: SuggestionRow, verification: Verification | null): string {
  if (verification?.kept) {
    return `Executed; it regressed on the live workload, and ${verification.kept.by} keeps it: ${verification.kept.reason}`;
  }
  if (error !== null) return error.message;
  return verification?.limits?.roll_back_after_minutes === null
    ? "Executed; it regressed on the live workload. The policy leaves it to people to keep it or to roll it back."
    : "Executed; it slowed the live workload and is being reverted.";
}

function describeEstimateNote({ warnings }: SuggestionRow, itemCount: number): string {
  const how = "A request that names a data product is measured on a shadow copy of its data.";
  const unread = warnings.filter(({ code }) => code === "unread_query").length;
  const left =
    unread === 0
      ? ""
      : ` ${formatPlural(unread, "query", "queries")} could not be taken into account: see warnings.`;
  if (itemCount === 0) return `Nothing to suggest from this context alone.${left} ${how}`;
  return `An estimate from the request alone: no data was reachable behind it.${left} ${how}`;
}

/** An operation as callers see it. */
export function toOperation(row: OperationRow): Operation {
  return {
    operation_id: row.id,
    suggestion_id: row.suggestionId,
    kind: row.kind,
    state: row.state,
    item_ids: row.itemIds,
    plan: row.plan,
    is_automatic: row.isAutomatic,
    requested_by: row.requestedBy,
    progress: row.progress,
    statements: row.statements,
    verification: row.verification,
    error: row.error,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}
