import { and, eq, ne, sql } from "drizzle-orm";
import { agentDecisions, suggestionItems, suggestions } from "@/drizzle/schema";
import type { Explanation, ProductSchema, ProofResult, ProvedCandidate } from "@/server/contracts";
import { env, newId, type ServiceContext, type Transaction } from "@/server/platform";
import { calibrateConfidence, countOutcomes } from "./confidence";
import { explainItem } from "./explain-item";
import { moveSuggestion, type SuggestionRow } from "./transition";

/** Stores a proof's result and ends `proving`: `pending` with something to decide, else `no_gain`. */
export async function finishProof(
  ctx: ServiceContext,
  input: { suggestionId: string; schema: ProductSchema; result: ProofResult },
): Promise<void> {
  const { suggestionId, schema, result } = input;
  const hasAdvice = result.accepted.length > 0;
  const explanations = await Promise.all(result.accepted.map((one) => explainItem(one)));
  const confidence = calibrateConfidence(await countOutcomes(ctx.db));
  const superseded = await ctx.db.transaction(async (tx) => {
    const row = await moveSuggestion(tx, ctx, {
      id: suggestionId,
      from: ["proving"],
      to: hasAdvice ? "pending" : "no_gain",
      action: "suggestion.prove",
      set: {
        confidence,
        setEvidence: result.set_evidence,
        sets: result.sets,
        findings: result.findings,
        schemaFingerprint: schema.schema_fingerprint,
        dataVersion: schema.data_version,
        expiresAt: hasAdvice ? new Date(Date.now() + env().SUGGESTION_TTL_HOURS * 3_600_000) : null,
      },
      note: { accepted: result.accepted.length, alternatives: result.alternatives.length },
    });
    await storeItems(tx, suggestionId, result, explanations);
    await tx
      .update(agentDecisions)
      .set({ suggestion: { suggestions: result.accepted.map(({ candidate }) => candidate) } })
      .where(eq(agentDecisions.decisionId, row.decisionId));
    return hasAdvice ? supersedeOlder(tx, ctx, row) : [];
  });
  for (const id of [suggestionId, ...superseded])
    await ctx.bus.publish({ topic: "suggestion", id });
}

async function storeItems(
  tx: Transaction,
  id: string,
  result: ProofResult,
  explanations: (Explanation | null)[],
): Promise<void> {
  const rows = [
    ...result.accepted.map((proved, at) => ({
      ...toRow(proved, "suggested"),
      explanation: explanations[at] ?? null,
    })),
    ...result.alternatives.map((proved) => toRow(proved, "alternative")),
  ].map((row, ordinal) => ({ ...row, id: newId("item"), suggestionId: id, ordinal }));
  if (rows.length > 0) await tx.insert(suggestionItems).values(rows);
}

function toRow(proved: ProvedCandidate, role: "suggested" | "alternative") {
  return { role, candidate: proved.candidate, verdict: proved.verdict, evidence: proved.evidence };
}

/** A newer proof of the same question replaces the older one in the inbox. */
async function supersedeOlder(
  tx: Transaction,
  ctx: ServiceContext,
  row: SuggestionRow,
): Promise<string[]> {
  const older = await tx
    .select({ id: suggestions.id })
    .from(suggestions)
    .innerJoin(agentDecisions, eq(agentDecisions.decisionId, suggestions.decisionId))
    .where(
      and(
        eq(suggestions.state, "pending"),
        eq(suggestions.productId, row.productId ?? ""),
        ne(suggestions.id, row.id),
        sql`${agentDecisions.context} = (select context from agent_decisions where decision_id = ${row.decisionId})`,
      ),
    )
    .for("update", { of: suggestions, skipLocked: true });
  for (const { id } of older) {
    await moveSuggestion(tx, ctx, {
      id,
      from: ["pending"],
      to: "superseded",
      action: "suggestion.supersede",
      note: { by: row.id },
    });
  }
  return older.map(({ id }) => id);
}
