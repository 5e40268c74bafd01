import { type Model, ModelById } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { recordAudit, type ServiceContext } from "@/server/platform";
import { toModel } from "./model-view";
import { makePresent, retirePresent, swapPresent } from "./swap-present";

/**
 * A candidate takes the present model's place, which retires. Throws `forbidden`, `not_found`,
 * `conflict` (no candidate any more, or another promotion came first).
 */
export async function promoteModel({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ModelById;
}): Promise<Model> {
  assertCan(ctx.actor, "model.promote");
  const { model_id: id } = ModelById.parse(input);
  const row = await swapPresent(ctx, async (tx) => {
    const replaced = (await retirePresent(tx))?.id ?? null;
    const set = { promotedAt: new Date(), promotedBy: ctx.actor.label, replaced };
    const promoted = await makePresent(tx, { id, from: "candidate", set });
    await recordAudit(tx, ctx, {
      action: "model.promote",
      subjectType: "model",
      subjectId: id,
      before: { present: replaced },
      after: { present: id },
    });
    return promoted;
  });
  await ctx.bus.publish({ topic: "model", id });
  return toModel(row);
}
