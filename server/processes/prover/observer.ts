import type { DataProduct } from "@/server/data-product";
import {
  analyze,
  expireSuggestions,
  isAnalysisDue,
  resumeSearches,
  supersedeBySchemaChange,
} from "@/server/decisions";
import { observeProduct } from "@/server/knowledge";
import type { Logger, ServiceContext } from "@/server/platform";

/** Calls of SELECT shapes before an analysis has something to weigh. */
const CALLS_MIN = 30;
const DAY_MS = 24 * 3_600_000;

/**
 * Looks at the product every few seconds: keeps schema and patterns, ends what they made stale,
 * and asks for an analysis when one is due. Returns a function that stops it.
 */
export function startObserver(
  ctx: ServiceContext,
  options: { product: DataProduct; baseUrl: string; everySeconds: number; log: Logger },
): () => Promise<void> {
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  let running = Promise.resolve();

  async function look(): Promise<void> {
    const schema = await observeProduct(ctx, options);
    await supersedeBySchemaChange({
      ctx,
      input: {
        productId: schema.product_id,
        schemaFingerprint: schema.schema_fingerprint,
      },
    });
    await expireSuggestions({ ctx });
    await resumeSearches({ ctx });
    if (!(await isAnalysisDue({ ctx, input: schema }))) return;
    const workload = await options.product.getWorkload(new Date(Date.now() - DAY_MS));
    const calls = workload.patterns
      .filter((pattern) => pattern.kind === "select")
      .reduce((sum, pattern) => sum + pattern.calls, 0);
    if (calls < CALLS_MIN) return;
    const { suggestion_id } = await analyze({
      ctx,
      input: {
        operation_type: "schema_optimization",
        product_id: schema.product_id,
        context: {},
      },
    });
    options.log.info({ suggestion: suggestion_id }, "analysis started");
  }

  function schedule(delayMs: number): void {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = look()
        .catch((error) => options.log.warn({ err: error }, "observing the data product failed"))
        .then(() => schedule(options.everySeconds * 1000));
    }, delayMs);
  }

  schedule(0);
  return async () => {
    isStopped = true;
    if (timer) clearTimeout(timer);
    await running;
  };
}
