import { eq } from "drizzle-orm";
import { dataProducts, suggestions } from "@/drizzle/schema";
import type { Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  isUniqueViolation,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { clearApprovals, evaluateSuggestion } from "@/server/policy";
import { assertVisible } from "./product-scope";
import { loadSuggestion } from "./suggestion-view";
import { type SuggestionRow, transitionSuggestion } from "./transition";

const HOUR_MS = 3_600_000;

/**
 * Asks for a decision again after nobody decided in time: an expiry is no denial. Approvals given before do not
 * count any more. Throws `forbidden`, `not_found`, `conflict` (it has not expired, or the same question is open
 * already), `schema_changed` (what was tested no longer holds; analyze again).
 */
export async function reopenSuggestion({
  ctx,
  input: { suggestion_id: id },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.analyze");
  await assertVisible({ ctx, input: { suggestion_id: id } });
  try {
    await ctx.db.transaction((tx) => reopen(tx, ctx, id));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError("conflict", "The same question was asked again; decide on that suggestion.");
  }
  return loadSuggestion(ctx, id);
}

async function reopen(tx: Transaction, ctx: ServiceContext, id: string): Promise<void> {
  const row = await transitionSuggestion({ tx, ctx, input: { id, transition: "reopen" } });
  await clearApprovals({ tx, input: { suggestionId: id } });
  await assertSchemaHolds(tx, row);
  await setExpiry({ tx, ctx, input: { row } });
}

/** What was tested on another schema than the product has now is not decided on. */
async function assertSchemaHolds(tx: Transaction, row: SuggestionRow): Promise<void> {
  if (row.productId === null) return;
  const [product] = await tx
    .select({ fingerprint: dataProducts.schemaFingerprint })
    .from(dataProducts)
    .where(eq(dataProducts.productId, row.productId));
  if (product !== undefined && product.fingerprint === row.schemaFingerprint) return;
  throw new AppError("schema_changed", "The schema changed since the test run; analyze again.");
}

/** Until when advice can be decided: as the policy says of its changes, else SUGGESTION_TTL_HOURS from now. */
export async function setExpiry({
  tx,
  ctx,
  input: { row },
}: {
  tx: Transaction;
  ctx: Pick<ServiceContext, "clock" | "settings">;
  input: { row: SuggestionRow };
}): Promise<void> {
  const { evaluation } = await evaluateSuggestion({ db: tx, ctx, input: { row } });
  const hours = evaluation.expires_after_hours ?? ctx.settings.SUGGESTION_TTL_HOURS;
  const expiresAt = new Date(ctx.clock.now().getTime() + hours * HOUR_MS);
  await tx.update(suggestions).set({ expiresAt }).where(eq(suggestions.id, row.id));
}
