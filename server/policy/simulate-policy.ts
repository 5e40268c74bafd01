import { and, asc, eq, gt, inArray, isNotNull, ne, sql } from "drizzle-orm";
import { approvals, operations, reviews, suggestions, users } from "@/drizzle/schema";
import type {
  ApprovalFact,
  ChangeKind,
  Policy,
  PolicyEvaluation,
  PolicyFacts,
  PolicySimulation,
  SimulatePolicy,
  Verification,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { Database, ServiceContext } from "@/server/platform";
import { loadPolicy } from "./current-policy";
import { EVALUATED_COLUMNS } from "./evaluate-suggestion";
import { factsOf, type ItemFact, loadItemFacts } from "./facts";
import { type Past, summarizePast } from "./rules/compare-past";
import { defaultPolicy } from "./rules/default-policy";
import { evaluatePolicy } from "./rules/evaluate";
import { judgeOutcome } from "./rules/judge-outcome";

const DAY_MS = 86_400_000;
/** Suggestions that are read, the latest ones. */
const SUGGESTIONS_MAX = 500;

/**
 * What a policy would have done with the suggestions of the last days, beside what holds now: nothing is changed.
 * Without a policy: the one that holds, beside the default. Throws `forbidden`.
 */
export async function simulatePolicy({
  ctx,
  input: { policy, days },
}: {
  ctx: Pick<ServiceContext, "actor" | "db" | "clock">;
  input: SimulatePolicy;
}): Promise<PolicySimulation> {
  assertCan(ctx.actor, "policy.read");
  const current = await loadPolicy({ db: ctx.db });
  const [before, after] =
    policy === undefined
      ? [defaultPolicy({ approverCount: 2 }), current.policy]
      : [current.policy, policy];
  const since = new Date(ctx.clock.now().getTime() - days * DAY_MS);
  const rows = await loadSubjects(ctx.db, since);
  const ids = rows.map(({ id }) => id);
  const items = groupBy(await loadItemFacts(ctx.db, ids), ({ suggestionId }) => suggestionId);
  const given = await loadGiven(ctx.db, ids);
  const executions = await loadExecutions(ctx.db);
  const verifications = await loadVerifications(ctx.db, ids);
  const isActing = after.auto_approval.mode !== "off";
  // A policy that observes or advises is simulated as if it acted: that is what the ramp is for.
  const acting: Policy = isActing
    ? { ...after, auto_approval: { ...after.auto_approval, mode: "act" } }
    : after;
  const automaticMs: number[] = [];
  const past = rows.flatMap((row): Past[] => {
    const all = items.get(row.id) ?? [];
    if (all.length === 0) return [];
    const approved = all.filter(({ isApproved }) => isApproved === true);
    const chosen = approved.length > 0 ? approved : all;
    const facts: PolicyFacts = {
      ...factsOf(row, { items: chosen, isWhole: chosen.length === all.length }),
      approvals: given.get(row.id) ?? [],
      confirmed_count: countConfirmed(executions, row, chosen),
      auto_approved_today_count: automaticMs.filter((ms) => ms > row.createdAt.getTime() - DAY_MS)
        .length,
      ...{ is_stopped: false, now: row.createdAt.toISOString() },
    };
    const evaluated = evaluatePolicy(acting, facts);
    if (evaluated.auto_approval.is_approving) automaticMs.push(row.createdAt.getTime());
    const execution = executions.find(({ suggestionId }) => suggestionId === row.id);
    return [
      {
        ...{ id: row.id, state: row.state, createdAt: row.createdAt.toISOString() },
        title: chosen.map(({ title }) => title).join("; "),
        wasApproved: approved.length > 0,
        before: evaluatePolicy(before, facts),
        after: evaluated,
        isOutsideWindow: isOutside(acting, facts, execution?.startedAt ?? null),
        isRegressed: execution?.isRegressed ?? false,
        outcome: judgeBoth(verifications.get(row.id) ?? null, before, acting),
      },
    ];
  });
  return summarizePast(past, { days, isComplete: rows.length < SUGGESTIONS_MAX });
}

type Store = Database;

async function loadSubjects(db: Store, since: Date) {
  const rows = await db
    .select({
      ...EVALUATED_COLUMNS,
      ...{ state: suggestions.state, createdAt: suggestions.createdAt },
    })
    .from(suggestions)
    .where(gt(suggestions.createdAt, since))
    .orderBy(sql`${suggestions.createdAt} desc`)
    .limit(SUGGESTIONS_MAX);
  return rows.reverse();
}

/** Who approved each, by their last word; with the roles they held then, or hold now where that is not known. */
async function loadGiven(db: Store, ids: readonly string[]): Promise<Map<string, ApprovalFact[]>> {
  const rows = await db
    .select({
      ...{ suggestionId: reviews.suggestionId, personId: reviews.reviewerId },
      ...{ label: reviews.reviewerLabel, comment: reviews.reason, at: reviews.at },
      ...{ held: approvals.roles, roles: users.roles, isAlone: approvals.acknowledgesAlone },
    })
    .from(reviews)
    .leftJoin(
      approvals,
      and(
        eq(approvals.suggestionId, reviews.suggestionId),
        eq(approvals.personId, reviews.reviewerId),
      ),
    )
    .leftJoin(users, sql`${users.id}::text = ${reviews.reviewerId}`)
    .where(and(inArray(reviews.suggestionId, [...ids]), eq(reviews.verdict, "approved")))
    .orderBy(asc(reviews.at));
  const facts = rows.map(({ suggestionId, personId, label, comment, at, ...row }) => ({
    suggestionId,
    fact: {
      ...{ person_id: personId, label, comment, at: at.toISOString() },
      roles: row.held ?? row.roles ?? ["reviewer"],
      acknowledges_alone: row.isAlone ?? false,
    },
  }));
  const grouped = groupBy(facts, ({ suggestionId }) => suggestionId);
  return new Map([...grouped].map(([id, given]) => [id, given.map(({ fact }) => fact)]));
}

interface Execution {
  suggestionId: string;
  productId: string;
  startedAt: Date | null;
  confirmedAt: Date | null;
  isRegressed: boolean;
  kinds: ChangeKind[];
}

async function loadExecutions(db: Store): Promise<Execution[]> {
  const rows = await db
    .select({
      ...{ suggestionId: operations.suggestionId, productId: operations.productId },
      ...{ startedAt: operations.startedAt, finishedAt: operations.finishedAt },
      state: operations.state,
      verdict: sql<string | null>`${operations.verification}->>'state'`,
    })
    .from(operations)
    .where(and(eq(operations.kind, "execute"), ne(operations.state, "failed")));
  const ids = [...new Set(rows.map(({ suggestionId }) => suggestionId))];
  const items = groupBy(await loadItemFacts(db, ids), ({ suggestionId }) => suggestionId);
  return rows.map(({ state, verdict, finishedAt, ...row }) => ({
    ...row,
    confirmedAt: verdict === "confirmed" ? finishedAt : null,
    isRegressed: verdict === "regressed" || state === "reverted",
    kinds: (items.get(row.suggestionId) ?? [])
      .filter(({ isApproved }) => isApproved === true)
      .map(({ kind }) => kind),
  }));
}

/** The figures of the latest execution of each, where they were kept. */
async function loadVerifications(
  db: Store,
  ids: readonly string[],
): Promise<Map<string, Verification>> {
  const rows = await db
    .select({ id: operations.suggestionId, verification: operations.verification })
    .from(operations)
    .where(
      and(
        ...[inArray(operations.suggestionId, [...ids]), eq(operations.kind, "execute")],
        isNotNull(operations.verification),
      ),
    )
    .orderBy(asc(operations.createdAt));
  return new Map(
    rows.flatMap(({ id, verification }) => (verification ? [[id, verification]] : [])),
  );
}

/** What the same figures are by the limits of both policies. */
function judgeBoth(
  verification: Verification | null,
  before: Policy,
  after: Policy,
): Past["outcome"] {
  if (verification?.workload === undefined) return null;
  const { queries, workload } = verification;
  const measured = { queries, workload, hasTimeLeft: false, isEarly: false };
  const stateBy = ({ regression }: Policy) => judgeOutcome(regression, measured).state;
  return { before: stateBy(before), after: stateBy(after) };
}

/** Confirmed before the suggestion was made, of the kind that has the fewest. */
function countConfirmed(
  executions: readonly Execution[],
  { productId, createdAt }: { productId: string | null; createdAt: Date },
  items: readonly ItemFact[],
): number {
  const earlier = executions.filter(
    (each) =>
      each.productId === productId && each.confirmedAt !== null && each.confirmedAt < createdAt,
  );
  return Math.min(
    ...items.map(({ kind }) => earlier.filter(({ kinds }) => kinds.includes(kind)).length),
  );
}

function isOutside(policy: Policy, facts: PolicyFacts, startedAt: Date | null): boolean {
  if (startedAt === null) return false;
  const at: PolicyEvaluation["window"] = evaluatePolicy(policy, {
    ...facts,
    now: startedAt.toISOString(),
  }).window;
  return at !== null && !at.is_open;
}

function groupBy<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
