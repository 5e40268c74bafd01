import type { DataProduct } from "@/server/data-product";
import type { OperationRow } from "@/server/decisions";
import { AppError } from "@/server/platform";

/**
 * Why an operation is not for the data product at hand; null when it is. The plan of another one must
 * not run here, and what this one says of schema, latencies and operations is not about that one.
 */
export function refuseOtherProduct(row: OperationRow, product: DataProduct): AppError | null {
  if (row.productId === product.productId) return null;
  return new AppError(
    "not_executable",
    `It is about data product ${row.productId}; this prover is connected to ${product.productId}.`,
  );
}
