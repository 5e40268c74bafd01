import type { AnalyzeRequest, Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { analyzeContext } from "./analyze-context";
import { asExisting, createSuggestion } from "./create-suggestion";
import { type KnownProduct, knownProduct } from "./known-product";
import { confineRequest } from "./product-scope";
import { hashQuestion } from "./question";
import { screenRequest } from "./screen-request";
import { loadSuggestion } from "./suggestion-view";
import { withCatalogName } from "./table-name";

/**
 * Analyzes and suggests. A request that brings its own schema and names no product is answered
 * at once from that context (estimates, `pending`); any other is proved on a shadow copy of the
 * product's data (`proving`, then `pending` or `no_gain`). An equal question that is open already is
 * answered with that suggestion (`is_existing`), whatever its time budget.
 * `signal` tells that the caller has left: then reading its queries ends, and nothing is stored.
 * Throws `forbidden`, `invalid_input`, `not_found` (unknown product or table), `rate_limited` (too many
 * proofs of this caller wait or run), `overloaded` (other queries are being read), `timeout` (the caller
 * left), and of a product that was never observed the code of its fault, or `product_unreachable`.
 */
export async function analyze({
  ctx,
  input,
  signal,
}: {
  ctx: ServiceContext;
  input: AnalyzeRequest;
  signal?: AbortSignal | undefined;
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.analyze");
  const request = confineRequest(ctx.actor, input);
  const { current_schema: columns } = request.context;
  if (request.product_id === undefined && columns !== undefined) {
    return analyzeContext({ ctx, input: { request, columns }, signal });
  }
  return analyzeProduct({ ctx, input: request });
}

/** Starts the proof of everything worth trying on a reachable data product. */
async function analyzeProduct({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: AnalyzeRequest;
}): Promise<Suggestion> {
  const productId = input.product_id ?? ctx.settings.DATA_PRODUCT_ID;
  const { schema, epoch, leftOut } = await knownProduct(ctx, productId);
  const request = withCatalogName(input, schema, leftOut);
  const warnings = await screenRequest({ ctx, input: request });
  const { id, isNew } = await createSuggestion({
    ctx,
    input: {
      request,
      ...hashesOf(productId, { schema, epoch }, request),
      productId,
      state: "proving",
      basis: "measured",
      confidence: 0,
      schemaFingerprint: schema.schema_fingerprint,
      dataVersion: schema.data_version,
      expiresAt: null,
      warnings,
      findings: [],
      items: [],
      excluded: [],
    },
  });
  const suggestion = await loadSuggestion(ctx, id);
  return isNew ? suggestion : asExisting(suggestion);
}

/**
 * Equal for equal questions, whether the product was named or is the sidecar's own. `requestHash` is of
 * the question, and the data and the workload it is about.
 */
function hashesOf(
  productId: string,
  { schema, epoch }: Pick<KnownProduct, "schema" | "epoch">,
  { operation_type: type, context }: AnalyzeRequest,
): { requestHash: string; questionHash: string } {
  const { schema_fingerprint: fingerprint, data_version: dataVersion } = schema;
  const about = [productId, fingerprint, type];
  return {
    requestHash: hashQuestion([...about, dataVersion, epoch], context),
    questionHash: hashQuestion(about, context),
  };
}
