import { and, eq, isNull, or, type SQL } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { Actor, AnalyzeRequest } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { AppError, type ServiceContext } from "@/server/platform";

/**
 * Which suggestions a caller may see, as a condition: a data product those about itself, and its own
 * requests that name no product; everybody else all of them (undefined).
 */
export function visibleTo(actor: Actor): SQL | undefined {
  if (actor.kind !== "data-product") return undefined;
  const isOwnEstimate = and(isNull(suggestions.productId), eq(suggestions.requestedBy, actor.id));
  return or(eq(suggestions.productId, actor.id), isOwnEstimate);
}

/** Part of what makes two requests of an estimate equal: no product is answered with another's. */
export const requesterOf = (actor: Actor) => (actor.kind === "data-product" ? actor.id : null);

/** Throws `not_found` for a suggestion about another product: for this caller it does not exist. */
export async function assertVisible({
  ctx,
  input: { suggestion_id: id },
}: {
  ctx: Pick<ServiceContext, "db" | "actor">;
  input: { suggestion_id: string };
}): Promise<void> {
  const condition = visibleTo(ctx.actor);
  if (condition === undefined) return;
  const found = await ctx.db.$count(suggestions, and(eq(suggestions.id, id), condition));
  if (found === 0) throw new AppError("not_found", `There is no suggestion ${id}.`);
}

/** A data product's request is about itself. Throws `not_found` when it names another. */
export function confineRequest(actor: Actor, request: AnalyzeRequest): AnalyzeRequest {
  if (actor.kind !== "data-product") return request;
  const { product_id } = request;
  if (product_id !== undefined && product_id !== actor.id) {
    throw new AppError("not_found", `No data product ${product_id} is known to this sidecar.`);
  }
  if (product_id !== undefined || request.context.current_schema !== undefined) return request;
  return { ...request, product_id: actor.id };
}

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
