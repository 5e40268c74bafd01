import { compilePlan } from "@/server/advisor";
import type {
  Actor,
  ChangeOrigin,
  ChangeRequest,
  RequestedChanges,
  Suggestion,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { type ServiceContext, shortHash } from "@/server/platform";
import { checkChanges } from "./check-changes";
import { asExisting, createSuggestion } from "./create-suggestion";
import { type KnownProduct, knownProduct } from "./known-product";
import { confineRequest } from "./product-scope";
import { screenRequest } from "./screen-request";
import { loadSuggestion } from "./suggestion-view";

/** Every requested change has this one. */
const OPERATION_TYPE = "schema_optimization";

/**
 * Has changes tested that somebody names: together, on a shadow copy of the product's data. What breaks
 * nothing and slows no query is suggested (`pending`), and goes the way of any suggestion; what does not
 * fit ends as `no_gain` with the reasons. The same changes that are open already are answered with that
 * suggestion (`is_existing`), whoever asked for them and why.
 * `origin`: who asks; by the caller's identity unless given. `edited_from`: the suggestion that was edited.
 * Throws `forbidden`, `invalid_input` (a name, type or default that is none), `not_executable` (DuckDB
 * cannot make the changes: an unknown table, a name that is taken), `not_found` (unknown product),
 * `rate_limited`, `overloaded`, and of a product that was never observed the code of its fault, or
 * `product_unreachable`.
 */
export async function requestChange({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ChangeRequest & { origin?: ChangeOrigin; edited_from?: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.analyze");
  const { reason, origin = originOf(ctx.actor), budget_seconds } = input;
  const productId = productOf(ctx, input);
  const known = await knownProduct(ctx, productId);
  const { schema } = known;
  const changes = await checkChanges(input.changes, schema);
  compilePlan(schema.tables, changes);
  const requested: RequestedChanges = { changes, reason, origin };
  const { id, isNew } = await createSuggestion({
    ctx,
    input: {
      request: {
        operation_type: OPERATION_TYPE,
        context: { requested, ...(budget_seconds === undefined ? {} : { budget_seconds }) },
      },
      ...hashesOf(productId, known, requested),
      productId,
      state: "proving",
      basis: "measured",
      confidence: 0,
      schemaFingerprint: schema.schema_fingerprint,
      dataVersion: schema.data_version,
      editedFrom: input.edited_from ?? null,
      expiresAt: null,
      warnings: await screenRequest({ ctx, input: { changes, reason } }),
      findings: [],
      items: [],
      excluded: [],
    },
  });
  const suggestion = await loadSuggestion(ctx, id);
  return isNew ? suggestion : asExisting(suggestion);
}

const originOf = ({ kind }: Actor): ChangeOrigin => ({ kind: kind === "user" ? "person" : "api" });

/** The product that is named, or the sidecar's own; a data product's request is about itself. */
function productOf({ actor, settings }: ServiceContext, { product_id }: ChangeRequest): string {
  const named = product_id === undefined ? {} : { product_id };
  const request = confineRequest(actor, { operation_type: OPERATION_TYPE, context: {}, ...named });
  return request.product_id ?? settings.DATA_PRODUCT_ID;
}

/** Equal for the same changes, whoever asked for them: see hashQuestion. */
function hashesOf(
  productId: string,
  { schema, epoch }: KnownProduct,
  { changes }: RequestedChanges,
): { requestHash: string; questionHash: string } {
  const about = ["requested", productId, schema.schema_fingerprint, changes];
  return {
    requestHash: shortHash(JSON.stringify([...about, schema.data_version, epoch])),
    questionHash: shortHash(JSON.stringify(about)),
  };
}
