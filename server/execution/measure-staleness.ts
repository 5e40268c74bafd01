import { summaryComparisonSql } from "@/server/advisor";
import type { MaterializeSummaryChange, SummaryStaleness } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { AppError, type ServiceContext } from "@/server/platform";

const TIMEOUT_MS = 10_000;

/**
 * Compares each summary table that an execution made with its figures computed anew: nothing keeps it up to date
 * but its product. One that the product cannot compare is said not to have been.
 */
export async function measureStaleness({
  ctx,
  input: { product, signal, summaries },
}: {
  ctx: Pick<ServiceContext, "clock">;
  input: { product: DataProduct; signal: AbortSignal; summaries: MaterializeSummaryChange[] };
}): Promise<SummaryStaleness[]> {
  const measured: SummaryStaleness[] = [];
  for (const change of summaries) {
    const counts = await compareOnce(product, summaryComparisonSql(change), signal);
    const measured_at = ctx.clock.now().toISOString();
    measured.push({ summary: change.name, table: change.table, ...counts, measured_at });
  }
  return measured;
}

async function compareOnce(
  product: DataProduct,
  sql: string,
  signal: AbortSignal,
): Promise<Pick<SummaryStaleness, "groups" | "stale_groups">> {
  try {
    const request = { sql, parameters: [], row_limit: 1, timeout_ms: TIMEOUT_MS };
    const { rows } = await product.query(request, signal);
    const [groups, stale] = (rows[0] ?? []).map(Number);
    return { groups: groups ?? 0, stale_groups: stale ?? null };
  } catch (error) {
    // The verdict on the queries does not wait for it.
    if (!(error instanceof AppError)) throw error;
    return { groups: 0, stale_groups: null };
  }
}
