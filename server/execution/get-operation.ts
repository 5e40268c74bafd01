import type { Operation } from "@/server/contracts";
import { assertVisible, toOperation } from "@/server/decisions";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { loadOperation } from "./load-operation";

/** One operation with progress, statements, verification. Throws `not_found`. */
export async function getOperation({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { operation_id: string };
}): Promise<Operation> {
  assertCan(ctx.actor, "operation.read");
  const row = await loadOperation(ctx.db, input.operation_id);
  await assertVisible({ ctx, input: { suggestion_id: row.suggestionId } });
  return toOperation(row);
}
