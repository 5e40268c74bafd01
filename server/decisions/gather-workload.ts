import { and, eq, isNotNull } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import { GatheredWorkload, type WorkloadMix } from "@/server/contracts";
import { followMix, judgeReadiness, type ReadinessLimits } from "@/server/knowledge";
import { publish, type ServiceContext, type Settings } from "@/server/platform";

function limitsOf(settings: Settings): ReadinessLimits {
  return {
    callsMin: settings.WORKLOAD_CALLS_MIN,
    repeatedShareMin: settings.WORKLOAD_REPEATED_MIN,
    distanceMax: settings.WORKLOAD_UNSTEADY_MAX,
  };
}

/** What is kept of the product's workload while an analysis waits for it; null: nothing. */
export async function loadGathered(
  { db }: Pick<ServiceContext, "db">,
  productId: string,
): Promise<GatheredWorkload | null> {
  const [row] = await db
    .select({ gathered: dataProducts.gathered })
    .from(dataProducts)
    .where(eq(dataProducts.productId, productId));
  // What another release kept is gathered anew.
  return GatheredWorkload.safeParse(row?.gathered).data ?? null;
}

/**
 * Keeps what the workload is now, compared with what was kept before, and judges whether it is enough to
 * be analyzed without anybody asking. Pages and health show how far it has come.
 */
export async function gatherWorkload({
  ctx,
  input: { productId, before, mix, isFirst },
}: {
  ctx: Pick<ServiceContext, "db" | "settings" | "clock">;
  input: {
    productId: string;
    before: GatheredWorkload | null;
    mix: WorkloadMix;
    /** Nothing is known of the product: only then is the workload waited for. */
    isFirst: boolean;
  };
}): Promise<GatheredWorkload> {
  const limits = limitsOf(ctx.settings);
  const trail = followMix(before, mix, limits);
  const readiness = judgeReadiness(mix, trail, limits);
  const gathered: GatheredWorkload = {
    at: ctx.clock.now().toISOString(),
    anchor: trail.anchor,
    distance: trail.distance,
    readiness,
    is_waited_for: isFirst && !readiness.is_enough,
  };
  await ctx.db.transaction(async (tx) => {
    await tx.update(dataProducts).set({ gathered }).where(eq(dataProducts.productId, productId));
    await publish(tx, { topic: "product", id: productId });
  });
  return gathered;
}

/** Nothing waits for the workload any more. */
export async function stopGathering({
  ctx: { db },
  input: { productId },
}: {
  ctx: Pick<ServiceContext, "db">;
  input: { productId: string };
}): Promise<void> {
  await db
    .update(dataProducts)
    .set({ gathered: null })
    .where(and(eq(dataProducts.productId, productId), isNotNull(dataProducts.gathered)));
}
