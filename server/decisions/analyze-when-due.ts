import type { ProductSchema } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import type { ServiceContext } from "@/server/platform";
import { analyze } from "./analyze";
import { isAnalysisDue } from "./is-analysis-due";

/** Calls of SELECT shapes before an analysis has something to weigh. */
const CALLS_MIN = 30;
const DAY_MS = 24 * 3_600_000;

/**
 * Starts an analysis of the whole product when one is due and the last day's workload is enough to
 * weigh. Answers its suggestion, or null.
 */
export async function analyzeWhenDue({
  ctx,
  input: { product, schema },
}: {
  ctx: ServiceContext;
  input: { product: DataProduct; schema: ProductSchema };
}): Promise<string | null> {
  if (!(await isAnalysisDue({ ctx, input: schema }))) return null;
  const workload = await product.getWorkload(new Date(ctx.clock.now().getTime() - DAY_MS));
  const calls = workload.patterns
    .filter((pattern) => pattern.kind === "select")
    .reduce((sum, pattern) => sum + pattern.calls, 0);
  if (calls < CALLS_MIN) return null;
  const { suggestion_id } = await analyze({
    ctx,
    input: {
      operation_type: "schema_optimization",
      product_id: schema.product_id,
      context: {},
    },
  });
  return suggestion_id;
}
