import { and, eq, getTableColumns, inArray, sql } from "drizzle-orm";
import { operations, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  type CountSuggestions,
  type Interval,
  isProving,
  type ListSuggestions,
  type OperationState,
  type RequestedChanges,
  rollbackOf,
  type Suggestion,
  type SuggestionCount,
  type SuggestionPage,
  type SuggestionSummary,
  type VerificationState,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { filterSuggestions } from "./inbox/filter-suggestions";
import { afterPlace, encodePlace, orderOf } from "./inbox/order-suggestions";
import { readTriage } from "./inbox/read-triage";
import { assertVisible, visibleTo } from "./product-scope";
import { requestedOf, titleOf } from "./requested";
import { loadSuggestion } from "./suggestion-view";
import type { SuggestionRow } from "./transition";

/** One suggestion with evidence, alternatives, reviews and operations. Throws `not_found`. */
export async function getSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.read");
  await assertVisible({ ctx, input: { suggestion_id: input.suggestion_id } });
  return loadSuggestion(ctx, input.suggestion_id);
}

/**
 * The suggestion once its proof has ended, or as it is after `seconds`. Woken by the bus; the
 * fallback poll covers an event lost with its connection.
 */
export async function waitForSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string; seconds: number };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.read");
  await assertVisible({ ctx, input: { suggestion_id: input.suggestion_id } });
  const deadline = Date.now() + input.seconds * 1000;
  let wake = () => {};
  const unsubscribe = await ctx.bus.subscribe((event) => {
    if (event.topic === "suggestion" && event.id === input.suggestion_id) wake();
  });
  try {
    while ((await isStillProving(ctx, input.suggestion_id)) && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, Math.min(2000, deadline - Date.now())));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    await unsubscribe();
  }
  return loadSuggestion(ctx, input.suggestion_id);
}

async function isStillProving(ctx: ServiceContext, id: string): Promise<boolean> {
  const [row] = await ctx.db
    .select({ state: suggestions.state })
    .from(suggestions)
    .where(eq(suggestions.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  return isProving(row.state);
}

/** What a list needs of a suggestion; evidence, of 100 kB and more each, stays in the database. */
const { findings, setEvidence, searchText, searchVector, ...LISTED_COLUMNS } =
  getTableColumns(suggestions);
const LISTED = {
  ...LISTED_COLUMNS,
  setGain: sql<Interval | null>`${setEvidence}#>'{workload,gain}'`,
};
type ListedRow = Omit<SuggestionRow, "findings" | "setEvidence" | "searchText" | "searchVector"> & {
  setGain: Interval | null;
};

/**
 * Suggestions that a filter leaves, in the order asked for, without evidence samples; `next_cursor` continues
 * after the last. Throws `invalid_input` for a cursor of another order, `forbidden` where a machine asks for
 * what only people have.
 */
export async function listSuggestions({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ListSuggestions;
}): Promise<SuggestionPage> {
  assertCan(ctx.actor, "suggestion.read");
  const sort = input.sort ?? "newest";
  const { by, key } = orderOf(sort);
  const rows = await ctx.db
    .select({ row: LISTED, key })
    .from(suggestions)
    .where(
      and(
        visibleTo(ctx.actor),
        filterSuggestions(ctx, input),
        input.cursor === undefined ? undefined : afterPlace(sort, input.cursor),
      ),
    )
    .orderBy(...by)
    .limit(input.limit + 1);
  const shown = rows.slice(0, input.limit);
  const ids = shown.map(({ row }) => row.id);
  const [digests, latest, requested, triage] = await Promise.all([
    digestItems(ctx, ids),
    latestOperations(ctx, ids),
    requestedOf(
      ctx.db,
      shown.map(({ row }) => row.decisionId),
    ),
    readTriage(ctx, ids),
  ]);
  const last = shown.at(-1);
  return {
    items: shown.map(({ row }) => ({
      ...toSummary(row, digests.get(row.id) ?? [], requested.get(row.decisionId) ?? null),
      rollback: rollbackOf(row.state, latest.get(row.id)?.revert),
      outcome: latest.get(row.id)?.outcome ?? null,
      triage: triage.get(row.id) ?? null,
    })),
    next_cursor:
      rows.length > input.limit && last
        ? encodePlace(sort, { key: last.key, at: last.row.createdAt, id: last.row.id })
        : null,
  };
}

/**
 * How many suggestions each filter leaves, in their order. Throws `forbidden` where a machine asks for what only
 * people have.
 */
export async function countSuggestions({
  ctx,
  input: { filters, count_max: max },
}: {
  ctx: ServiceContext;
  input: CountSuggestions;
}): Promise<SuggestionCount[]> {
  assertCan(ctx.actor, "suggestion.read");
  return Promise.all(
    filters.map(async (filter) => {
      const some = ctx.db
        .select({ id: suggestions.id })
        .from(suggestions)
        .where(and(visibleTo(ctx.actor), filterSuggestions(ctx, filter)))
        // The order of an index: it is read no further than the limit.
        .orderBy(...orderOf("newest").by)
        .limit(max + 1)
        .as("some");
      const found = await ctx.db.$count(some);
      return { count: Math.min(found, max), is_more: found > max };
    }),
  );
}

interface ItemDigest extends Record<string, unknown> {
  suggestion_id: string;
  role: string;
  title: string;
  gain: Interval | null;
  candidate_id: string;
  is_approved: boolean | null;
}

/** Title and whole-workload gain of each item, cut out of the JSON by Postgres. */
async function digestItems(ctx: ServiceContext, ids: string[]): Promise<Map<string, ItemDigest[]>> {
  const digests = new Map<string, ItemDigest[]>();
  if (ids.length === 0) return digests;
  const rows = await ctx.db
    .select({
      suggestion_id: suggestionItems.suggestionId,
      role: suggestionItems.role,
      title: sql<string>`${suggestionItems.candidate}->>'title'`,
      gain: sql<Interval | null>`${suggestionItems.evidence}#>'{workload,gain}'`,
      candidate_id: sql<string>`${suggestionItems.candidate}->>'candidate_id'`,
      is_approved: suggestionItems.isApproved,
    })
    .from(suggestionItems)
    .where(inArray(suggestionItems.suggestionId, ids))
    .orderBy(suggestionItems.ordinal);
  for (const row of rows) {
    digests.set(row.suggestion_id, [...(digests.get(row.suggestion_id) ?? []), row]);
  }
  return digests;
}

interface LatestOperations {
  /** State of the rollback that was asked for last; none where somebody keeps the change instead. */
  revert?: OperationState;
  outcome?: VerificationState;
}

/** How each suggestion's latest execution stands, and its latest rollback. */
async function latestOperations(
  ctx: ServiceContext,
  ids: string[],
): Promise<Map<string, LatestOperations>> {
  const latest = new Map<string, LatestOperations>();
  if (ids.length === 0) return latest;
  const rows = await ctx.db
    .select({
      ...{ id: operations.suggestionId, kind: operations.kind, state: operations.state },
      outcome: sql<VerificationState | null>`${operations.verification}->>'state'`,
      isKept: sql<boolean>`coalesce(${operations.verification} ? 'kept', false)`,
    })
    .from(operations)
    .where(inArray(operations.suggestionId, ids))
    .orderBy(operations.createdAt);
  const kept = new Set(rows.filter(({ isKept }) => isKept).map(({ id }) => id));
  for (const { id, kind, state, outcome } of rows) {
    const known = latest.get(id) ?? {};
    if (kind === "revert") latest.set(id, kept.has(id) ? known : { ...known, revert: state });
    else latest.set(id, outcome === null ? {} : { outcome });
  }
  return latest;
}

function toSummary(
  row: ListedRow,
  items: ItemDigest[],
  requested: RequestedChanges | null,
): Omit<SuggestionSummary, "rollback" | "outcome" | "triage"> {
  const suggested = items.filter((item) => item.role === "suggested");
  const decided = decidedOf(suggested);
  // The last step of a test run is kept with its row, and says nothing of one that has ended.
  const progress = isProving(row.state) ? row.progress : null;
  return {
    suggestion_id: row.id,
    state: row.state,
    basis: row.basis,
    operation_type: row.operationType,
    product_id: row.productId,
    kinds: row.kinds,
    risk_level: row.riskLevel,
    is_requested: requested !== null,
    title: requested === null ? summarizeTitle(row, decided) : titleOf(requested),
    item_count: decided.length,
    alternative_count: items.length - suggested.length,
    workload_gain: gainOf(row, suggested, decided),
    confidence: row.confidence,
    progress_fraction: progress?.fraction ?? null,
    progress_message: progress?.message ?? null,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
  };
}

/** What was approved, where something was; else all that is suggested. */
function decidedOf(suggested: ItemDigest[]): ItemDigest[] {
  const approved = suggested.filter((item) => item.is_approved === true);
  return approved.length > 0 ? approved : suggested;
}

/** As it was measured of exactly the decided changes; null where they were never measured together. */
function gainOf(
  { setGain, sets }: ListedRow,
  suggested: ItemDigest[],
  decided: ItemDigest[],
): Interval | null {
  const isAll = decided.length === suggested.length;
  if (isAll && setGain !== null) return setGain;
  if (isAll && decided.length === 1) return decided[0]?.gain ?? null;
  const ids = decided.map((item) => item.candidate_id).sort();
  const trial = sets.find((set) => [...set.candidate_ids].sort().join() === ids.join());
  return trial?.gain ?? null;
}

function summarizeTitle(row: ListedRow, suggested: ItemDigest[]): string {
  const [first, ...rest] = suggested;
  if (first === undefined) {
    return row.state === "no_gain"
      ? "Nothing to do"
      : `Analysis of ${row.productId ?? "a schema sent in a request"}`;
  }
  return rest.length === 0 ? first.title : `${first.title} and ${rest.length} more`;
}
