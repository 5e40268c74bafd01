import { and, count, desc, eq, gte, inArray, isNotNull, sql } from "drizzle-orm";
import { feedback, operations, reviews, suggestionItems, suggestions } from "@/drizzle/schema";
import type {
  ChangeKind,
  ExecutionResult,
  ReadResults,
  ResultGroup,
  ResultState,
  Results,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { summarizeExecution } from "./summarize-execution";

const EXECUTIONS_MAX = 200;
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
  const [executions, verdicts, rejections, scores] = await Promise.all([
    readExecutions(ctx, since),
    countVerdicts(ctx, since),
    readRejections(ctx, since),
    countScores(ctx, since),
  ]);
  const inEffect = executions.filter(isInEffect);
  const promised = executions.filter(
    ({ promised: promise, delivered }) => promise !== null && delivered !== null,
  );
  return {
    since: since.toISOString(),
    decisions: { approved: verdicts.get("approved") ?? 0, rejected: verdicts.get("rejected") ?? 0 },
    states: countStates(executions),
    saved_ms_per_day: totalSaved(inEffect),
    promises: {
      of: promised.length,
      kept: promised.filter((one) => (one.delivered ?? 0) >= (one.promised?.low ?? 0)).length,
    },
    groups: groupExecutions(executions),
    executions,
    rejections,
    feedback: { useful: scores.get(1) ?? 0, not_useful: scores.get(-1) ?? 0 },
  };
}

async function readExecutions(ctx: ServiceContext, since: Date): Promise<ExecutionResult[]> {
  const rows = await ctx.db
    .select({ operation: operations, suggestionState: suggestions.state })
    .from(operations)
    .innerJoin(suggestions, eq(suggestions.id, operations.suggestionId))
    .where(
      and(
        eq(operations.kind, "execute"),
        gte(operations.finishedAt, since),
        isNotNull(operations.verification),
      ),
    )
    .orderBy(desc(operations.finishedAt))
    .limit(EXECUTIONS_MAX);
  const kinds = await readKinds(
    ctx,
    rows.flatMap(({ operation }) => operation.itemIds),
  );
  const now = ctx.clock.now();
  return rows.flatMap(({ operation, suggestionState }) => {
    const { verification, finishedAt } = operation;
    if (verification === null || finishedAt === null) return [];
    const state: ResultState = suggestionState === "reverted" ? "rolled_back" : verification.state;
    const ofItems = operation.itemIds.flatMap((id) => kinds.get(id) ?? []);
    return [
      {
        operation_id: operation.id,
        suggestion_id: operation.suggestionId,
        product_id: operation.productId,
        kinds: [...new Set(ofItems)].sort(),
        state,
        finished_at: finishedAt.toISOString(),
        ...summarizeExecution(verification, now),
      },
    ];
  });
}

async function readKinds({ db }: ServiceContext, itemIds: string[]) {
  if (itemIds.length === 0) return new Map<string, ChangeKind>();
  const rows = await db
    .select({
      id: suggestionItems.id,
      kind: sql<ChangeKind>`${suggestionItems.candidate}#>>'{change,kind}'`,
    })
    .from(suggestionItems)
    .where(inArray(suggestionItems.id, itemIds));
  return new Map(rows.map(({ id, kind }) => [id, kind]));
}

const isInEffect = ({ state }: ExecutionResult) => state !== "rolled_back";

function totalSaved(executions: readonly ExecutionResult[]): number | null {
  const measured = executions.flatMap(({ saved_ms_per_day: saved }) => saved ?? []);
  return measured.length === 0 ? null : measured.reduce((total, saved) => total + saved, 0);
}

function countStates(executions: readonly ExecutionResult[]): Results["states"] {
  const of = (state: ResultState) => executions.filter((one) => one.state === state).length;
  return {
    watching: of("watching"),
    confirmed: of("confirmed"),
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
      confirmed: group.filter(({ state }) => state === "confirmed").length,
      rolled_back: group.filter(({ state }) => state === "rolled_back").length,
      saved_ms_per_day: totalSaved(group.filter(isInEffect)),
    }))
    .sort((a, b) => (b.saved_ms_per_day ?? 0) - (a.saved_ms_per_day ?? 0));
}

async function countVerdicts({ db }: ServiceContext, since: Date) {
  const rows = await db
    .select({ verdict: reviews.verdict, count: count() })
    .from(reviews)
    .where(gte(reviews.at, since))
    .groupBy(reviews.verdict);
  return new Map(rows.map((row) => [row.verdict, row.count]));
}

/** The reasons that were given most often, word for word. */
async function readRejections({ db }: ServiceContext, since: Date) {
  return db
    .select({ reason: reviews.reason, count: count() })
    .from(reviews)
    .where(and(eq(reviews.verdict, "rejected"), gte(reviews.at, since)))
    .groupBy(reviews.reason)
    .orderBy(desc(count()), reviews.reason)
    .limit(REASONS_MAX);
}

async function countScores({ db }: ServiceContext, since: Date) {
  const rows = await db
    .select({ score: feedback.score, count: count() })
    .from(feedback)
    .where(gte(feedback.at, since))
    .groupBy(feedback.score);
  return new Map(rows.map((row) => [row.score, row.count]));
}
