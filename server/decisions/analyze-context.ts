import { describeEstimate } from "@/server/advisor";
import type { AnalyzeRequest, Suggestion } from "@/server/contracts";
import { type ServiceContext, shortHash } from "@/server/platform";
import { adviseContext, type ContextColumns } from "./context-advice";
import { createSuggestion } from "./create-suggestion";
import { estimateCandidates } from "./estimate-candidates";
import { requesterOf } from "./product-scope";
import { screenRequest } from "./screen-request";
import { loadSuggestion, viewNewEstimate } from "./suggestion-view";

/** Answers from the request's own schema and queries: estimates, labelled so, at once; an open equal one is marked. */
export async function analyzeContext({
  ctx,
  input: { request, columns },
  signal,
}: {
  ctx: ServiceContext;
  input: { request: AnalyzeRequest; columns: ContextColumns };
  signal: AbortSignal | undefined;
}): Promise<Suggestion> {
  const now = ctx.clock.now();
  // Begun first, so that the reading threads have work while the rules of screening run here.
  const advising = adviseContext(request.context, columns, now, signal);
  const screening = screenRequest({ ctx, input: request });
  const advice = await advising;
  const { tables, queries, excluded, findings, unread, limited } = advice;
  const hasStatistics = tables.some(({ row_count: rows }) => rows > 0);
  const [candidates, suspect] = await Promise.all([
    estimateCandidates({
      ctx,
      input: { candidates: advice.candidates, tables, queries, hasStatistics },
    }),
    screening,
  ]);
  const created = await createSuggestion({
    ctx,
    input: {
      request,
      requestHash: shortHash(JSON.stringify(["context", request, requesterOf(ctx.actor)])),
      questionHash: null,
      productId: null,
      state: candidates.length > 0 ? "pending" : "no_gain",
      basis: "estimate",
      confidence: describeEstimate(candidates).confidence,
      schemaFingerprint: null,
      dataVersion: null,
      warnings: [...suspect, ...unread, ...(limited === null ? [] : [limited])],
      findings,
      expiresAt: new Date(
        ctx.clock.now().getTime() + ctx.settings.SUGGESTION_TTL_HOURS * 3_600_000,
      ),
      items: candidates,
      excluded,
    },
  });
  // What was stored just now need not be read again.
  if (created.isNew) return viewNewEstimate(created, ctx.settings);
  return { ...(await loadSuggestion(ctx, created.id)), is_existing: true };
}
