import { and, eq } from "drizzle-orm";
import { approvals } from "@/drizzle/schema";
import type { Database, Transaction } from "@/server/platform";

/** `person_id` of what the policy itself approved. */
export const POLICY_PERSON = "policy";

export type ApprovalRow = typeof approvals.$inferSelect;

/** Everybody's last approval of a suggestion, the first one first, for whatever changes it was given. */
export function loadApprovals(
  db: Database | Transaction,
  suggestionId: string,
): Promise<ApprovalRow[]> {
  return db
    .select()
    .from(approvals)
    .where(eq(approvals.suggestionId, suggestionId))
    .orderBy(approvals.at, approvals.personId);
}

/** Given for these very changes, as they are advised now. */
export function isFor(
  row: Pick<ApprovalRow, "itemIds" | "revision">,
  { itemIds, revision }: { itemIds: readonly string[]; revision: number },
): boolean {
  const named = new Set(row.itemIds);
  return (
    row.revision === revision &&
    named.size === itemIds.length &&
    itemIds.every((id) => named.has(id))
  );
}

/** Keeps an approval in place of the person's earlier one. A step of the transaction that holds the suggestion. */
export async function storeApproval({
  tx,
  input,
}: {
  tx: Transaction;
  input: typeof approvals.$inferInsert;
}): Promise<void> {
  const { suggestionId, personId, ...set } = input;
  await tx
    .insert(approvals)
    .values(input)
    .onConflictDoUpdate({ target: [approvals.suggestionId, approvals.personId], set });
}

/** What was approved before counts no more. */
export async function clearApprovals({
  tx,
  input: { suggestionId },
}: {
  tx: Transaction;
  input: { suggestionId: string };
}): Promise<void> {
  await tx.delete(approvals).where(and(eq(approvals.suggestionId, suggestionId)));
}
