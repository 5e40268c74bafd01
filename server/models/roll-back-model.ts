import type { Model } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, publish, recordAudit, type ServiceContext } from "@/server/platform";
import { toModel } from "./model-view";
import { makePresent, retirePresent, swapPresent } from "./swap-present";

/**
 * The present model retires and the one it replaced comes back; null: the manifest's default.
 * Throws `forbidden`, `conflict` (no promoted model is present).
 */
export async function rollBackModel({ ctx }: { ctx: ServiceContext }): Promise<Model | null> {
  assertCan(ctx.actor, "model.promote");
  const back = await swapPresent(ctx, async (tx) => {
    const left = await retirePresent(tx);
    if (left === undefined) throw new AppError("conflict", "No promoted model is present.");
    const id = left.replaced;
    const back = id === null ? null : await makePresent(tx, { id, from: "retired" });
    await recordAudit(tx, ctx, {
      action: "model.roll_back",
      subjectType: "model",
      subjectId: left.id,
      before: { present: left.id },
      after: { present: id },
    });
    await publish(tx, { topic: "model", id: left.id });
    return back;
  });
  return back === null ? null : toModel(back);
}
