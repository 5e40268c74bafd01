import type { DataProduct } from "@/server/data-product";
import { AppError } from "@/server/platform";

/**
 * Why a suggestion or operation is not for the data product at hand; null when it is. The plan of
 * another one must not run here, and what is measured of this one says nothing of that one.
 */
export function refuseOtherProduct(
  { productId }: { productId: string | null },
  product: DataProduct,
): AppError | null {
  if (productId === product.productId) return null;
  return new AppError(
    "not_executable",
    `It is about data product ${productId}; this prover is connected to ${product.productId}.`,
  );
}
