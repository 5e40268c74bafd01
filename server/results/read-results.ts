import { and, count, countDistinct, desc, eq, gt, gte, inArray, isNotNull, sql } from "drizzle-orm";
import { auditEvents, feedback, operations, reviews, suggestions } from "@/drizzle/schema";
import {
  type ChangeKind,
  describeRejection,
  type ExecutionResult,
  isConfirmed,
  REJECT_REASON_CODES,
  type ReadResults,
  type RejectReason,
  type ResultGroup,
  type ResultState,
  type Results,
  TRANSITIONS,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { listLearned } from "@/server/learning";
import type { ServiceContext } from "@/server/platform";
import { summarizeExecution } from "./summarize-execution";

/** So many are listed one by one; totals are of all. */
const LISTED_MAX = 200;
const REASONS_MAX = 10;
const DAY_MS = 86_400_000;

/** What advice has come to: decisions, executions with promise and delivery, rollbacks, feedback. */
export async function readResults({
  ctx,
  input: { days },
}: {
  ctx: ServiceContext;
  input: ReadResults;
}): Promise<Results> {
  assertCan(ctx.actor, "operation.read");
  const since = new Date(ctx.clock.now().getTime() - days * DAY_MS);
  const [executions, decisions, rejections, scores, cost, learned] = await Promise.all([
    readExecutions(ctx, since),
    countDecisions(ctx, since),
    readRejections(ctx, since),
    countScores(ctx, since),
    readCost(ctx, since),
    listLearned(ctx, ctx.settings.PROOF_GAIN_MIN),
  ]);
  const inEffect = executions.filter(isInEffect);
  const promised = executions.filter(
    ({ promised: promise, delivered }) => promise !== null && delivered !== null,
  );
  return {
    since: since.toISOString(),
    decisions,
    states: countStates(executions),
    saved_ms_per_day: totalSaved(inEffect),
    promises: {
      of: promised.length,
      kept: promised.filter((one) => (one.delivered ?? 0) >= (one.promised?.low ?? 0)).length,
    },
    groups: groupExecutions(executions),
    executions: executions.slice(0, LISTED_MAX),
    rejections,
    cost,
    learned,
    feedback: { useful: scores.get(1) ?? 0, not_useful: scores.get(-1) ?? 0 },
  };
}

async function readExecutions(
  { db, clock }: ServiceContext,
  since: Date,
): Promise<ExecutionResult[]> {
  const rows = await db
    .select({
      id: operations.id,
      suggestionId: operations.suggestionId,
      productId: operations.productId,
      state: operations.state,
      verification: operations.verification,
      finishedAt: operations.finishedAt,
      kinds: KINDS,
    })
    .from(operations)
    .where(
      and(
        eq(operations.kind, "execute"),
        gte(operations.finishedAt, since),
        isNotNull(operations.verification),
      ),
    )
    .orderBy(desc(operations.finishedAt));
  const now = clock.now();
  return rows.flatMap(({ verification, finishedAt, ...row }) => {
    if (verification === null || finishedAt === null) return [];
    return {
      operation_id: row.id,
      suggestion_id: row.suggestionId,
      product_id: row.productId,
      kinds: row.kinds,
      state: row.state === "reverted" ? "rolled_back" : verification.state,
      finished_at: finishedAt.toISOString(),
      ...summarizeExecution(verification, now),
    } satisfies ExecutionResult;
  });
}

/** Of the changes that an operation carried out, in order. */
const KINDS = sql<ChangeKind[]>`array(
  select distinct item.candidate #>> '{change,kind}'
  from suggestion_items item
  where item.suggestion_id = operations.suggestion_id and operations.item_ids ? item.id
  order by 1)`;

const isInEffect = ({ state }: ExecutionResult) => state !== "rolled_back";

function totalSaved(executions: readonly ExecutionResult[]): number | null {
  const measured = executions.flatMap(({ saved_ms_per_day: saved }) => saved ?? []);
  return measured.length === 0 ? null : measured.reduce((total, saved) => total + saved, 0);
}

function countStates(executions: readonly ExecutionResult[]): Results["states"] {
  const of = (state: ResultState) => executions.filter((one) => one.state === state).length;
  return {
    verifying: of("verifying"),
    confirmed: of("confirmed"),
    confirmed_with_regressions: of("confirmed_with_regressions"),
    regressed: of("regressed"),
    inconclusive: of("inconclusive"),
    rolled_back: of("rolled_back"),
  };
}

/** By product and kinds; what saves most comes first. */
function groupExecutions(executions: readonly ExecutionResult[]): ResultGroup[] {
  const groups = new Map<string, ExecutionResult[]>();
  for (const one of executions) {
    const key = JSON.stringify([one.product_id, one.kinds]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()]
    .map((group) => ({
      product_id: group[0]?.product_id ?? "",
      kinds: group[0]?.kinds ?? [],
      executions: group.length,
      confirmed: group.filter(({ state }) => state !== "rolled_back" && isConfirmed(state)).length,
      rolled_back: group.filter(({ state }) => state === "rolled_back").length,
      saved_ms_per_day: totalSaved(group.filter(isInEffect)),
    }))
    .sort((a, b) => (b.saved_ms_per_day ?? 0) - (a.saved_ms_per_day ?? 0));
}

/**
 * Suggestions decided, whoever decided: several people approve one together, and the policy approves some by
 * itself. The audit log has each decision once, and is never pruned.
 */
async function countDecisions({ db }: ServiceContext, since: Date): Promise<Results["decisions"]> {
  const { approve, reject } = TRANSITIONS.suggestion;
  const rows = await db
    .select({ action: auditEvents.action, count: countDistinct(auditEvents.subjectId) })
    .from(auditEvents)
    .where(
      and(inArray(auditEvents.action, [approve.action, reject.action]), gte(auditEvents.at, since)),
    )
    .groupBy(auditEvents.action);
  const of = (action: string) => rows.find((row) => row.action === action)?.count ?? 0;
  return { approved: of(approve.action), rejected: of(reject.action) };
}

/** By their named reason; of each the words that were given most often. */
async function readRejections({ db }: ServiceContext, since: Date): Promise<Results["rejections"]> {
  const code = sql<RejectReason>`coalesce(${reviews.reasonCode}, 'other')`;
  const rows = await db
    .select({ reason_code: code, reason: reviews.reason, count: count() })
    .from(reviews)
    .where(and(eq(reviews.verdict, "rejected"), gte(reviews.at, since)))
    .groupBy(code, reviews.reason)
    .orderBy(desc(count()), reviews.reason);
  return REJECT_REASON_CODES.map((reason_code) => {
    const given = rows.filter((row) => row.reason_code === reason_code);
    const words = given
      .filter(({ reason }) => reason !== describeRejection(reason_code, ""))
      .slice(0, REASONS_MAX)
      .map(({ reason, count: times }) => ({ reason, count: times }));
    return { reason_code, count: given.reduce((sum, row) => sum + row.count, 0), words };
  })
    .filter((group) => group.count > 0)
    .sort((a, b) => b.count - a.count);
}

/** What was measured of the test runs themselves, of suggestions made since. */
async function readCost({ db }: ServiceContext, since: Date): Promise<Results["cost"]> {
  const [row] = await db
    .select({
      tested: count(),
      test_seconds: sql<number>`coalesce(sum(${suggestions.testMs}), 0) / 1000`.mapWith(Number),
      cpu_seconds: sql<number>`coalesce(sum(${suggestions.testCpuMs}), 0) / 1000`.mapWith(Number),
    })
    .from(suggestions)
    .where(and(gte(suggestions.createdAt, since), gt(suggestions.testMs, 0)));
  return row ?? { tested: 0, test_seconds: 0, cpu_seconds: 0 };
}

async function countScores({ db }: ServiceContext, since: Date) {
  const rows = await db
    .select({ score: feedback.score, count: count() })
    .from(feedback)
    .where(gte(feedback.at, since))
    .groupBy(feedback.score);
  return new Map(rows.map((row) => [row.score, row.count]));
}
