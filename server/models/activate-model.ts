import { and, eq } from "drizzle-orm";
import { models } from "@/drizzle/schema";
import { type Model, PromoteModel } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  isUniqueViolation,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { findRegressions, toModel } from "./model-view";

/**
 * A candidate takes the active model's place, which retires. Throws `forbidden`, `not_found`,
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
  const row = await changeActiveModel(ctx, async (tx) => {
    const replaced = (await retireActive(tx))?.id ?? null;
    const set = { promotedAt: ctx.clock.now(), promotedBy: ctx.actor.label, replaced };
    const promoted = await activateModel(tx, { id, from: "candidate", set });
    const regressions = findRegressions(promoted.evaluation);
    if (regressions.length > 0 && reason === undefined) throw refuse(promoted.name, regressions);
    await recordAudit(tx, ctx, {
      action: "model.promote",
      subjectType: "model",
      subjectId: id,
      before: { active: replaced },
      after: { active: id, ...(regressions.length > 0 && { regressions, force_reason: reason }) },
    });
    await publish(tx, { topic: "model", id });
    return promoted;
  });
  return toModel(row);
}

/** Thrown inside the transaction: nothing is promoted. */
function refuse(name: string, regressions: string[]): AppError {
  return new AppError(
    "candidate_is_worse",
    `${name} is worse than the model it was compared with at ${regressions.join(", ")}. Promote it all the same by giving a reason (force_reason).`,
    { details: { regressions } },
  );
}

/**
 * The active model retires and the one it replaced comes back; null: the manifest's default.
 * Throws `forbidden`, `conflict` (no promoted model is active).
 */
export async function rollBackModel({ ctx }: { ctx: ServiceContext }): Promise<Model | null> {
  assertCan(ctx.actor, "model.promote");
  const back = await changeActiveModel(ctx, async (tx) => {
    const left = await retireActive(tx);
    if (left === undefined) throw new AppError("conflict", "No promoted model is active.");
    const id = left.replaced;
    const back = id === null ? null : await activateModel(tx, { id, from: "retired" });
    await recordAudit(tx, ctx, {
      action: "model.roll_back",
      subjectType: "model",
      subjectId: left.id,
      before: { active: left.id },
      after: { active: id },
    });
    await publish(tx, { topic: "model", id: left.id });
    return back;
  });
  return back === null ? null : toModel(back);
}

/** Retires the active model, if any, and answers its row. */
async function retireActive(tx: Transaction) {
  const [row] = await tx
    .update(models)
    .set({ state: "retired" })
    .where(eq(models.state, "active"))
    .returning();
  return row;
}

/** Makes one model active, if it is still in the given state. Throws `not_found`, `conflict`. */
async function activateModel(
  tx: Transaction,
  change: { id: string; from: "candidate" | "retired"; set?: Partial<typeof models.$inferInsert> },
) {
  const [row] = await tx
    .update(models)
    .set({ ...change.set, state: "active" })
    .where(and(eq(models.id, change.id), eq(models.state, change.from)))
    .returning();
  if (row !== undefined) return row;
  const [now] = await tx.select().from(models).where(eq(models.id, change.id));
  if (now === undefined) throw new AppError("not_found", `There is no model ${change.id}.`);
  throw new AppError("conflict", `Model ${change.id} is ${now.state}, not ${change.from}.`, {
    details: { state: now.state },
  });
}

/** One transaction that changes the active model; of two at once one loses with `conflict`. */
async function changeActiveModel<T>(
  ctx: ServiceContext,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await ctx.db.transaction(work);
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new AppError("conflict", "Another model has just become active.", { cause });
  }
}
