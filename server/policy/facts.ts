import { and, asc, eq, gt, inArray, lte, ne, sql } from "drizzle-orm";
import { approvals, operations, suggestionItems } from "@/drizzle/schema";
import type { Basis, ChangeKind, Policy, PolicyFacts, RiskLevel } from "@/server/contracts";
import type { Database, ServiceContext, Transaction } from "@/server/platform";
import { POLICY_PERSON } from "./approvals";
import { isStopped } from "./emergency-stop";

type Store = Database | Transaction;

const DAY_MS = 86_400_000;

/** What a policy reads of a suggested change: its evidence may be large, and stays in the store. */
export interface ItemFact {
  suggestionId: string;
  id: string;
  title: string;
  isApproved: boolean | null;
  kind: ChangeKind;
  table: string;
  risk: RiskLevel;
  isReversible: boolean;
  /** Of measured evidence alone. */
  coverage: number | null;
  gainLow: number | null;
}

const { candidate, evidence } = suggestionItems;
const measured = (value: ReturnType<typeof sql>) =>
  sql<number | null>`case when ${evidence}->>'basis' = 'measured' then (${value})::float8 end`;

const ITEM_FACT = {
  suggestionId: suggestionItems.suggestionId,
  id: suggestionItems.id,
  title: sql<string>`${candidate}->>'title'`,
  isApproved: suggestionItems.isApproved,
  kind: sql<ChangeKind>`${candidate}->'change'->>'kind'`,
  table: sql<string>`${candidate}->'change'->>'table'`,
  risk: sql<RiskLevel>`${candidate}->'risk'->>'level'`,
  isReversible: sql<boolean>`(${candidate}->'plan'->>'is_reversible')::boolean`,
  coverage: measured(sql`${evidence}->'workload'->>'coverage'`),
  gainLow: measured(sql`${evidence}->'workload'->'gain'->>'low'`),
};

/** The suggested changes of these suggestions, in their order. */
export function loadItemFacts(db: Store, suggestionIds: readonly string[]): Promise<ItemFact[]> {
  return db
    .select(ITEM_FACT)
    .from(suggestionItems)
    .where(
      and(
        inArray(suggestionItems.suggestionId, [...suggestionIds]),
        eq(suggestionItems.role, "suggested"),
      ),
    )
    .orderBy(asc(suggestionItems.suggestionId), asc(suggestionItems.ordinal));
}

/** What a policy reads of a suggestion. */
export interface Subject {
  productId: string | null;
  basis: Basis;
  requestedBy: string;
  /** Lower end of the gain's interval of all its changes together; null: not measured. */
  setGainLow: number | null;
}

/** Facts of chosen changes of a suggestion, that need no look at anything else. */
export function factsOf(
  subject: Subject,
  { items, isWhole }: { items: readonly ItemFact[]; isWhole: boolean },
) {
  const coverages = items.flatMap(({ coverage }) => coverage ?? []);
  const [only, ...others] = items;
  // Some of several changes were not measured together.
  const ofSet = isWhole ? subject.setGainLow : null;
  return {
    product_id: subject.productId,
    basis: subject.basis,
    changes: items.map(({ kind, table, risk, isReversible }) => {
      return { kind, table, risk, is_reversible: isReversible };
    }),
    coverage: coverages.length === 0 ? null : Math.min(...coverages),
    gain_low: others.length > 0 ? ofSet : (only?.gainLow ?? null),
    requested_by: subject.requestedBy,
  };
}

/** What stands in the store beside the suggestion itself. */
export async function loadRecord({
  db,
  ctx,
  input: { policy, suggestionId, productId, kinds, approvedAt },
}: {
  db: Store;
  ctx: Pick<ServiceContext, "clock">;
  input: {
    policy: Policy;
    suggestionId: string;
    productId: string | null;
    kinds: readonly ChangeKind[];
    /** When the policy approved it; null: it did not. */
    approvedAt: Date | null;
  };
}): Promise<
  Pick<PolicyFacts, "confirmed_count" | "auto_approved_today_count" | "is_stopped" | "now">
> {
  const now = ctx.clock.now();
  // The track record is asked for by automatic approval alone.
  const isAutomatic = policy.auto_approval.mode !== "off";
  const [isOn, confirmed, automatic] = await Promise.all([
    isStopped(db),
    isAutomatic ? countConfirmed(db, productId, kinds) : 0,
    isAutomatic ? countAutomatic(db, suggestionId, approvedAt ?? now) : 0,
  ]);
  return {
    is_stopped: isOn,
    confirmed_count: confirmed,
    auto_approved_today_count: automatic,
    now: now.toISOString(),
  };
}

/** Executions that the live workload confirmed, of the kind that has the fewest of them. */
async function countConfirmed(
  db: Store,
  productId: string | null,
  kinds: readonly ChangeKind[],
): Promise<number> {
  if (productId === null || kinds.length === 0) return 0;
  const kind = sql<ChangeKind>`${candidate}->'change'->>'kind'`;
  const rows = await db
    .select({ kind, count: sql<number>`count(distinct ${operations.id})::int` })
    .from(operations)
    .innerJoin(suggestionItems, eq(suggestionItems.suggestionId, operations.suggestionId))
    .where(
      and(
        ...[eq(operations.productId, productId), eq(operations.kind, "execute")],
        ...[eq(operations.state, "verified"), eq(suggestionItems.isApproved, true)],
        // Trust is not earned by a change that slowed queries.
        sql`coalesce(${operations.verification}->>'state', 'confirmed') = 'confirmed'`,
      ),
    )
    .groupBy(kind);
  const counts = new Map(rows.map((row) => [row.kind, row.count]));
  return Math.min(...kinds.map((each) => counts.get(each) ?? 0));
}

/** Others in the day before `until`: an automatic approval does not lapse by those that came after it. */
function countAutomatic(db: Store, suggestionId: string, until: Date): Promise<number> {
  return db.$count(
    approvals,
    and(
      eq(approvals.personId, POLICY_PERSON),
      ne(approvals.suggestionId, suggestionId),
      gt(approvals.at, new Date(until.getTime() - DAY_MS)),
      lte(approvals.at, until),
    ),
  );
}
