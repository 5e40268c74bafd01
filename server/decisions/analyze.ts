import type { AnalyzeRequest, Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { analyzeContext } from "./analyze-context";
import { analyzeProduct } from "./analyze-product";
import { confineRequest } from "./product-scope";

/**
 * Analyzes and suggests. A request that brings its own schema and names no product is answered
 * at once from that context (estimates, `pending`); any other is proved on a shadow copy of the
 * product's data (`proving`, then `pending` or `no_gain`).
 * Throws `forbidden`, `invalid_input`, `not_found` (unknown product or table), `product_unreachable`.
 */
export async function analyze({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: AnalyzeRequest;
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.analyze");
  const request = confineRequest(ctx.actor, input);
  const { current_schema: columns } = request.context;
  if (request.product_id === undefined && columns !== undefined) {
    return analyzeContext({ ctx, input: { request, columns } });
  }
  return analyzeProduct({ ctx, input: request });
}
