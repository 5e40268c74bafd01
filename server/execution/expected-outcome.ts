import { and, desc, eq, inArray } from "drizzle-orm";
import { auditEvents, suggestionItems, suggestions } from "@/drizzle/schema";
import {
  hasMeasuredCost,
  isAdvice,
  type MaterializeSummaryChange,
  type QueryEvidence,
  rewritesOf,
  type Workload,
} from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import type { OperationRow } from "@/server/decisions";
import type { ServiceContext } from "@/server/platform";
import { CALLS_MIN } from "@/server/policy";
import type { LiveComparison } from "./judge";

type ItemRow = typeof suggestionItems.$inferSelect;

/**
 * The expected outcome of an execution: the targeted shapes and their measured gains (of the set, if all of it
 * that can be executed ran). A gain that was measured on a rewritten text is none of it: the product
 * still sends the former one, until its developers change it.
 */
export async function loadExpectedOutcome(
  ctx: ServiceContext,
  row: OperationRow,
): Promise<Pick<LiveComparison, "targeted" | "expected" | "accepted">> {
  const ofSuggestion = eq(suggestionItems.suggestionId, row.suggestionId);
  const [[suggestion], suggested] = await Promise.all([
    ctx.db.select().from(suggestions).where(eq(suggestions.id, row.suggestionId)),
    ctx.db
      .select()
      .from(suggestionItems)
      .where(and(ofSuggestion, eq(suggestionItems.role, "suggested"))),
  ]);
  const items = suggested.filter((item) => row.itemIds.includes(item.id));
  const executable = suggested.filter((item) => !isAdvice(item.candidate.change));
  const rewritten = new Set(suggested.flatMap(rewrittenBy));
  const ofSet = items.length === executable.length ? (suggestion?.setEvidence?.queries ?? []) : [];
  const ofItems = items.flatMap(expectedOfItem);
  // Later entries win: what a change was meant for counts more than its side effects.
  const ranked = [
    ...ofItems.filter((query) => !query.is_targeted),
    ...ofItems.filter((query) => query.is_targeted),
    ...ofSet.filter((query) => isAsSent(query) && !rewritten.has(query.fingerprint)),
  ];
  return {
    targeted: new Set(items.flatMap(targetedBy)),
    expected: new Map(ranked.map((query) => [query.fingerprint, query])),
    accepted: new Map(items.flatMap(acceptedSlowdowns)),
  };
}

/** Summary tables that an execution made. */
export async function loadSummaries(
  { db }: Pick<ServiceContext, "db">,
  row: OperationRow,
): Promise<MaterializeSummaryChange[]> {
  const items = await db
    .select({ candidate: suggestionItems.candidate })
    .from(suggestionItems)
    .where(inArray(suggestionItems.id, row.itemIds));
  return items.flatMap(({ candidate: { change } }) =>
    change.kind === "materialize_summary" ? [change] : [],
  );
}

/** What a person took into the bargain: at worst as slow as the interval of the test run says. */
function acceptedSlowdowns({ verdict, evidence }: ItemRow): [string, number][] {
  if (!hasMeasuredCost(verdict) || evidence?.basis !== "measured") return [];
  return evidence.queries
    .filter(({ gain }) => gain.high < 0)
    .map(({ fingerprint, gain }) => [fingerprint, 1 - gain.low]);
}

function rewrittenBy(item: ItemRow): string[] {
  return rewritesOf(item.candidate.change).map((rewrite) => rewrite.fingerprint);
}

/** Shapes a change speeds up by itself. */
function targetedBy(item: ItemRow): string[] {
  const rewritten = rewrittenBy(item);
  return item.candidate.targeted_fingerprints.filter((shape) => !rewritten.includes(shape));
}

function expectedOfItem(item: ItemRow): QueryEvidence[] {
  if (item.evidence?.basis !== "measured") return [];
  const rewritten = rewrittenBy(item);
  return item.evidence.queries.filter(
    (query) => isAsSent(query) && !rewritten.includes(query.fingerprint),
  );
}

/** Was it measured with the text the product sends? */
function isAsSent(query: QueryEvidence): boolean {
  return query.rewritten_sql === undefined;
}

/** How far back the live latencies reach that an execution is compared with. */
const WINDOW_MS = 15 * 60_000;
/** Shapes that need enough calls before a shorter, quieter window is preferred. */
const QUIET_SHARE = 0.9;

/**
 * Live latencies per shape just before an execution. Calls made while a proof was running shared
 * the machine with it, so the window starts after the last proof whenever that leaves enough calls.
 */
export async function readLiveBefore({
  ctx,
  input: { product },
}: {
  ctx: ServiceContext;
  input: { product: DataProduct };
}): Promise<Workload> {
  const whole = await product.getWorkload(new Date(ctx.clock.now().getTime() - WINDOW_MS));
  const [proof] = await ctx.db
    .select({ at: auditEvents.at })
    .from(auditEvents)
    .where(eq(auditEvents.action, "suggestion.prove"))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  if (proof === undefined || proof.at.getTime() <= ctx.clock.now().getTime() - WINDOW_MS)
    return whole;
  const quiet = await product.getWorkload(proof.at);
  return countJudged(quiet) >= QUIET_SHARE * countJudged(whole) ? quiet : whole;
}

function countJudged(workload: Workload): number {
  return workload.patterns.filter((pattern) => (pattern.latencies_ms?.length ?? 0) >= CALLS_MIN)
    .length;
}
