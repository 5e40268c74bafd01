import { eq } from "drizzle-orm";
import { dataProducts } from "@/drizzle/schema";
import { PRODUCT_FAULTS, type ProductFault, ProductSchema } from "@/server/contracts";
import { AppError, type ServiceContext } from "@/server/platform";

export interface KnownProduct {
  /** As the observer last saw it; the proof itself reads it afresh. */
  schema: ProductSchema;
  /** How often its workload had moved so far that it was measured anew. */
  epoch: number;
  /** Why parts of its schema are not known; undefined: all are. */
  leftOut: ProductFault | undefined;
}

/**
 * The product as it was observed last. Throws `not_found` for one that is not known here, and of one that
 * was never observed the code of its fault, or `product_unreachable`.
 */
export async function knownProduct(ctx: ServiceContext, productId: string): Promise<KnownProduct> {
  const [row] = await ctx.db
    .select()
    .from(dataProducts)
    .where(eq(dataProducts.productId, productId));
  if (row === undefined) {
    throw new AppError("not_found", `No data product ${productId} is known to this sidecar.`);
  }
  if (row.schema === null) {
    const [fault] = row.faults;
    throw new AppError(
      fault === undefined ? "product_unreachable" : PRODUCT_FAULTS[fault.code].error,
      `Data product ${productId} has not been observed yet${row.lastError ? `: ${row.lastError}` : "."}`,
      fault === undefined ? {} : { details: { fault } },
    );
  }
  return {
    schema: ProductSchema.parse(row.schema),
    epoch: row.workloadEpoch,
    leftOut: row.faults.find(({ code }) => code === "parts_left_out"),
  };
}
