import type { DataProduct } from "@/server/data-product";
import { AppError } from "@/server/platform";

/**
 * Checks that a suggestion or operation is about the connected data product: the error to refuse it
 * with, or null. The plan of another product must not run here, and measurements of this product say
 * nothing about that one.
 */
export function checkSameProduct(
  { productId }: { productId: string | null },
  product: DataProduct,
): AppError | null {
  if (productId === product.productId) return null;
  return new AppError(
    "not_executable",
    `This concerns data product ${productId}; this prover is connected to ${product.productId}.`,
  );
}
