import { eq, sql } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import {
  GatheredWorkload,
  PRODUCT_FAULTS,
  type ProductFault,
  type ProductOverview,
  ProductSchema,
  type WorkloadReadiness,
} from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";

/**
 * Not seen for this long: something is wrong even if no error was noted. A look may wait a minute for a
 * route that hangs, though the product is seen by the others.
 */
const SILENT_SECONDS = 90;
const LOOKS_MISSED_MAX = 3;

/** The product was not seen for longer than a few looks take. */
function isSilent(
  ageSeconds: number | null,
  { OBSERVE_SECONDS }: Pick<ServiceContext["settings"], "OBSERVE_SECONDS">,
): boolean {
  if (ageSeconds === null) return true;
  const secondsMax = Math.max(SILENT_SECONDS, LOOKS_MISSED_MAX * OBSERVE_SECONDS);
  return OBSERVE_SECONDS > 0 && ageSeconds > secondsMax;
}

const UNREACHABLE: ReadonlySet<string> = new Set(["product_unreachable", "product_timeout"]);

/** Its answers may be wrong, but it gives some. */
function isReachable(
  { lastError, faults }: { lastError: string | null; faults: readonly ProductFault[] },
  hasGoneSilent: boolean,
): boolean {
  if (lastError === null) return !hasGoneSilent;
  return (
    faults.length > 0 && faults.every(({ code }) => !UNREACHABLE.has(PRODUCT_FAULTS[code].error))
  );
}

/** What ended the last test run, after what the last look found; each once. */
export function allFaults(row: { faults: ProductFault[]; proofFault: ProductFault | null }) {
  const { faults, proofFault } = row;
  const isNew =
    proofFault !== null && faults.every(({ message }) => message !== proofFault.message);
  return isNew ? [...faults, proofFault] : faults;
}

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
  const ageSeconds =
    row.lastSeenAt === null ? null : (ctx.clock.now().getTime() - row.lastSeenAt.getTime()) / 1000;
  return {
    product_id: row.productId,
    domain: row.domain,
    base_url: row.baseUrl,
    is_reachable: isReachable(row, isSilent(ageSeconds, ctx.settings)),
    last_seen_at: row.lastSeenAt?.toISOString() ?? null,
    last_error: row.lastError,
    faults: allFaults(row),
    schema: row.schema === null ? null : ProductSchema.parse(row.schema),
    dropped_calls: row.droppedCalls,
    gathering: readinessOf(row),
  };
}

/** The schema of our own data product as it was observed last; undefined: it never was. */
export async function findOwnSchema({
  ctx: { db, settings },
}: {
  ctx: Pick<ServiceContext, "db" | "settings">;
}): Promise<ProductSchema | undefined> {
  const [product] = await db
    .select({ schema: dataProducts.schema })
    .from(dataProducts)
    .where(eq(dataProducts.productId, settings.DATA_PRODUCT_ID));
  return ProductSchema.safeParse(product?.schema).data;
}

/** How far the workload is gathered; null: no analysis waits for it. */
function readinessOf({ gathered }: { gathered: unknown }): WorkloadReadiness | null {
  const parsed = GatheredWorkload.safeParse(gathered);
  return parsed.success && parsed.data.is_waited_for ? parsed.data.readiness : null;
}

export interface ProductContact {
  /** Since it last answered, by the database's clock; null: it never did. */
  ageSeconds: number | null;
  isSilent: boolean;
  /** What went wrong at the last look; null: nothing. */
  lastError: string | null;
  faults: ProductFault[];
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
      faults: dataProducts.faults,
      proofFault: dataProducts.proofFault,
      gathered: dataProducts.gathered,
    })
    .from(dataProducts)
    .where(eq(dataProducts.productId, settings.DATA_PRODUCT_ID));
  if (row === undefined) return null;
  const { ageSeconds, lastError, gathered } = row;
  return {
    ageSeconds,
    lastError,
    isSilent: isSilent(ageSeconds, settings),
    faults: allFaults(row),
    gathering: readinessOf({ gathered }),
  };
}

/** Notes what of the product ended a test run; null: it had what it needed. No state, so no audit row. */
export async function noteProofFault({
  ctx: { db },
  input: { productId, fault },
}: {
  ctx: Pick<ServiceContext, "db">;
  input: { productId: string; fault: ProductFault | null };
}): Promise<void> {
  await db
    .update(dataProducts)
    .set({ proofFault: fault })
    .where(eq(dataProducts.productId, productId));
}
