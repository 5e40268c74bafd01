import { type Model, PromoteModel } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, publish, recordAudit, type ServiceContext } from "@/server/platform";
import { toModel } from "./model-view";
import { makePresent, retirePresent, swapPresent } from "./swap-present";
import { worseAt } from "./worse-at";

/**
 * A candidate takes the present model's place, which retires. Throws `forbidden`, `not_found`,
 * `conflict` (no candidate any more, or another promotion came first), `candidate_is_worse` (its
 * evaluation says so, and no `force_reason` is given; one that is given stands in the audit).
 */
export async function promoteModel({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: PromoteModel;
}): Promise<Model> {
  assertCan(ctx.actor, "model.promote");
  const { model_id: id, force_reason: reason } = PromoteModel.parse(input);
  const row = await swapPresent(ctx, async (tx) => {
    const replaced = (await retirePresent(tx))?.id ?? null;
    const set = { promotedAt: new Date(), promotedBy: ctx.actor.label, replaced };
    const promoted = await makePresent(tx, { id, from: "candidate", set });
    const worse = worseAt(promoted.evaluation);
    if (worse.length > 0 && reason === undefined) throw refuse(promoted.name, worse);
    await recordAudit(tx, ctx, {
      action: "model.promote",
      subjectType: "model",
      subjectId: id,
      before: { present: replaced },
      after: { present: id, ...(worse.length > 0 && { worse_at: worse, force_reason: reason }) },
    });
    await publish(tx, { topic: "model", id });
    return promoted;
  });
  return toModel(row);
}

/** Thrown inside the transaction: nothing is promoted. */
function refuse(name: string, worse: string[]): AppError {
  return new AppError(
    "candidate_is_worse",
    `${name} is worse than the model it was compared with at ${worse.join(", ")}. Promote it all the same by giving a reason (force_reason).`,
    { details: { worse_at: worse } },
  );
}
