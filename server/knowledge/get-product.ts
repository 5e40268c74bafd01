import { eq, sql } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import {
  GatheredWorkload,
  type ProductOverview,
  ProductSchema,
  type WorkloadReadiness,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";

/** Not seen for this long: shown as unreachable even if no error was noted. */
const SILENT_MS = 60_000;

/**
 * The data product beside this sidecar as the observer last saw it; null before the first look. One
 * that never answered has an error, no schema and an empty domain.
 */
export async function getProduct({
  ctx,
}: {
  ctx: ServiceContext;
}): Promise<ProductOverview | null> {
  assertCan(ctx.actor, "product.read");
  const [row] = await ctx.db
    .select()
    .from(dataProducts)
    .where(eq(dataProducts.productId, ctx.settings.DATA_PRODUCT_ID));
  if (row === undefined) return null;
  const silentFor =
    row.lastSeenAt === null ? Infinity : ctx.clock.now().getTime() - row.lastSeenAt.getTime();
  return {
    product_id: row.productId,
    domain: row.domain,
    base_url: row.baseUrl,
    is_reachable: row.lastError === null && silentFor < SILENT_MS,
    last_seen_at: row.lastSeenAt?.toISOString() ?? null,
    last_error: row.lastError,
    schema: row.schema === null ? null : ProductSchema.parse(row.schema),
    dropped_calls: row.droppedCalls,
    gathering: readinessOf(row),
  };
}

/** How far the workload is gathered; null: no analysis waits for it. */
function readinessOf({ gathered }: { gathered: unknown }): WorkloadReadiness | null {
  const parsed = GatheredWorkload.safeParse(gathered);
  return parsed.success && parsed.data.is_waited_for ? parsed.data.readiness : null;
}

export interface ProductContact {
  /** Since it last answered, by the database's clock; null: it never did. */
  ageSeconds: number | null;
  /** What went wrong at the last look; null: nothing. */
  lastError: string | null;
  /** How far the workload is gathered; null: no analysis waits for it. */
  gathering: WorkloadReadiness | null;
}

/** When the data product was last reached, for health answers; null before the first look. */
export async function lastContact({
  ctx: { db, settings },
}: {
  ctx: Pick<ServiceContext, "db" | "settings">;
}): Promise<ProductContact | null> {
  const [row] = await db
    .select({
      ageSeconds: sql<
        number | null
      >`extract(epoch from now() - ${dataProducts.lastSeenAt})::float8`,
      lastError: dataProducts.lastError,
      gathered: dataProducts.gathered,
    })
    .from(dataProducts)
    .where(eq(dataProducts.productId, settings.DATA_PRODUCT_ID));
  if (row === undefined) return null;
  const { gathered, ...contact } = row;
  return { ...contact, gathering: readinessOf({ gathered }) };
}
