import { and, desc, eq, gt, sql } from "drizzle-orm";
import { learnedThresholds, operations } from "@/drizzle/schema";
import type { ChangeKind, LearnedThreshold, UndoLearned } from "@/server/contracts";
import { formatPercent, formatPlural } from "@/server/format";
import { assertCan } from "@/server/identity";
import {
  AppError,
  type Database,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { keyOf, type Learned, learnThresholds, type Outcome } from "./learn-thresholds";

type Row = typeof learnedThresholds.$inferSelect;

/** Executions that are looked at, the latest ones. */
const OUTCOMES_MAX = 1000;
/** Of what a threshold rests on the latest are kept. */
const EVIDENCE_MAX = 20;

/** Whoever learns and whoever undoes do so one after the other. */
const lock = (tx: Transaction) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtext('learning.thresholds'))`);

/** Learns from how executions turned out, and keeps what changed with its audit row. Answers how many changed. */
export async function learnFromOutcomes({ ctx }: { ctx: ServiceContext }): Promise<number> {
  return ctx.db.transaction(async (tx) => {
    await lock(tx);
    const stored = await tx.select().from(learnedThresholds);
    const known = new Map(stored.map((row) => [keyOf(row.productId, row.kind), row]));
    const undone = new Map(
      stored.flatMap((row) =>
        row.undoneAt === null ? [] : [[keyOf(row.productId, row.kind), row.undoneAt] as const],
      ),
    );
    const learned = learnThresholds(await readOutcomes(tx), undone);
    let count = 0;
    for (const one of learned) {
      const before = known.get(keyOf(one.productId, one.kind));
      if (await keep(tx, ctx, { before, learned: one })) count += 1;
    }
    return count;
  });
}

async function keep(
  tx: Transaction,
  ctx: ServiceContext,
  { before, learned }: { before: Row | undefined; learned: Learned },
): Promise<boolean> {
  const { productId, kind, factor } = learned;
  const outcomes = learned.outcomes.slice(-EVIDENCE_MAX);
  const known = before?.factor ?? 1;
  const isSame = factor === known && outcomes.at(-1)?.at === before?.outcomes.at(-1)?.at;
  if (isSame || (factor === 1 && known === 1)) return false;
  const set = { factor, outcomes, updatedAt: ctx.clock.now() };
  await tx
    .insert(learnedThresholds)
    .values({ productId, kind, ...set })
    .onConflictDoUpdate({ target: [learnedThresholds.productId, learnedThresholds.kind], set });
  await recordAudit(tx, ctx, {
    ...{ action: "learning.adjust", subjectType: "product", subjectId: productId },
    before: { kind, factor: known },
    after: { kind, factor, suggestions: outcomes.map((one) => one.suggestion_id) },
  });
  return true;
}

/** Executions that the live workload judged or that were rolled back, by when that was known. */
async function readOutcomes(tx: Transaction): Promise<Outcome[]> {
  const verdict = sql<string | null>`${operations.verification}->>'state'`;
  const revertedAt = sql`(
    select min(revert.finished_at) from operations revert
    where revert.suggestion_id = operations.suggestion_id and revert.kind = 'revert'
      and revert.state in ('executed', 'reverted') and revert.finished_at >= operations.finished_at)`;
  const at = sql<string>`coalesce(case when ${operations.state} = 'reverted' then ${revertedAt} end,
    (${operations.verification}->>'window_ended_at')::timestamptz, ${operations.finishedAt})`;
  const kinds = sql<ChangeKind[]>`array(
    select distinct item.candidate #>> '{change,kind}' from suggestion_items item
    where item.suggestion_id = operations.suggestion_id and operations.item_ids ? item.id)`;
  const rows = await tx
    .select({
      ...{ suggestionId: operations.suggestionId, productId: operations.productId },
      ...{ state: operations.state, verdict, kinds, at },
    })
    .from(operations)
    .where(
      and(
        eq(operations.kind, "execute"),
        sql`(${operations.state} = 'reverted' or ${verdict} in ('confirmed', 'confirmed_with_regressions', 'regressed'))`,
      ),
    )
    .orderBy(desc(operations.finishedAt))
    .limit(OUTCOMES_MAX);
  return rows.map((row) => ({
    ...{ productId: row.productId, kinds: row.kinds, suggestion_id: row.suggestionId },
    is_bad: row.state === "reverted" || row.verdict === "regressed",
    at: new Date(row.at).toISOString(),
  }));
}

/** What holds now, of all products. `gainMin`: the usual required gain (0..1). */
export async function listLearned(
  { db }: { db: Database },
  gainMin: number,
): Promise<LearnedThreshold[]> {
  const rows = await db
    .select()
    .from(learnedThresholds)
    .where(gt(learnedThresholds.factor, 1))
    .orderBy(learnedThresholds.productId, learnedThresholds.kind);
  return rows.map((row) => ({
    ...{ product_id: row.productId, kind: row.kind, outcomes: row.outcomes },
    ...{ required_gain: gainMin * row.factor, usual_gain: gainMin },
    learned_at: row.updatedAt.toISOString(),
  }));
}

/** By how much more than usual each kind of change must gain on a product, and why, as a sentence. */
export async function loadLearnedGains({
  db,
  productId,
}: {
  db: Database;
  productId: string;
}): Promise<Map<ChangeKind, { factor: number; why: string }>> {
  const rows = await db
    .select()
    .from(learnedThresholds)
    .where(and(eq(learnedThresholds.productId, productId), gt(learnedThresholds.factor, 1)));
  return new Map(
    rows.map(({ kind, factor, outcomes }) => [
      kind,
      { factor, why: describeLesson(factor, outcomes) },
    ]),
  );
}

function describeLesson(factor: number, outcomes: Row["outcomes"]): string {
  const bad = outcomes.filter(({ is_bad }) => is_bad).length;
  const all = formatPlural(outcomes.length, "execution");
  return `Of ${all} of its kind on this product ${bad} regressed or were rolled back: ${formatPercent(factor - 1)} more than the usual gain is required.`;
}

/**
 * Takes back what was learned of a kind of change on a product: what ended until now counts no more, new outcomes
 * do. Throws `forbidden`, `conflict` (nothing is learned of it).
 */
export async function undoLearned({
  ctx,
  input: { product_id: productId, kind },
}: {
  ctx: ServiceContext;
  input: UndoLearned;
}): Promise<LearnedThreshold[]> {
  assertCan(ctx.actor, "policy.manage");
  await ctx.db.transaction(async (tx) => {
    await lock(tx);
    const isIt = and(eq(learnedThresholds.productId, productId), eq(learnedThresholds.kind, kind));
    const [before] = await tx.select().from(learnedThresholds).where(isIt);
    const now = ctx.clock.now();
    const [row] = await tx
      .update(learnedThresholds)
      .set({ factor: 1, outcomes: [], updatedAt: now, undoneAt: now })
      .where(and(isIt, gt(learnedThresholds.factor, 1)))
      .returning();
    if (row === undefined) throw new AppError("conflict", "Nothing is learned of this any more.");
    await recordAudit(tx, ctx, {
      ...{ action: "learning.undo", subjectType: "product", subjectId: productId },
      ...{ before: { kind, factor: before?.factor }, after: { kind, factor: 1 } },
    });
  });
  return listLearned(ctx, ctx.settings.PROOF_GAIN_MIN);
}
