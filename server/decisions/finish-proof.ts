import { eq } from "drizzle-orm";
import { agentDecisions, suggestionItems } from "@/drizzle/schema";
import type { Explanation, ProductSchema, ProofResult, ProvedCandidate } from "@/server/contracts";
import { env, newId, type ServiceContext, type Transaction } from "@/server/platform";
import { calibrateConfidence, countOutcomes } from "./confidence";
import { explainItem } from "./explain-item";
import { supersedeOlder } from "./supersede-older";
import { transitionSuggestion } from "./transition";

/** Stores a proof's result and ends `proving`: `pending` with something to decide, else `no_gain`. */
export async function finishProof(
  ctx: ServiceContext,
  input: { suggestionId: string; schema: ProductSchema; result: ProofResult },
): Promise<void> {
  const { suggestionId, schema, result } = input;
  const hasAdvice = result.accepted.length > 0;
  const explanations = result.accepted.map(explainItem);
  const confidence = calibrateConfidence(await countOutcomes(ctx.db));
  await ctx.db.transaction(async (tx) => {
    const row = await transitionSuggestion(tx, ctx, {
      id: suggestionId,
      transition: hasAdvice ? "publishAdvice" : "reportNoGain",
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
    await supersedeOlder(tx, ctx, { row, result });
  });
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
