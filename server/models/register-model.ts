import { models } from "@/drizzle/schema";
import { type Model, RegisterModel } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import {
  AppError,
  isUniqueViolation,
  newId,
  publish,
  recordAudit,
  type ServiceContext,
} from "@/server/platform";
import { inspectModelFile } from "./inspect-file";
import { toModel } from "./model-view";

/**
 * Stores a model with its evaluation as a candidate. Throws `forbidden`, `invalid_input` (no GGUF,
 * another SHA-256), `conflict` (the same file is registered already).
 */
export async function registerModel({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: RegisterModel;
}): Promise<Model> {
  assertCan(ctx.actor, "model.promote");
  const { trained_on: trainedOn, ...given } = RegisterModel.parse(input);
  const sizeBytes = await inspectModelFile(given.file, given.sha256);
  const values = { id: newId("model"), createdBy: ctx.actor.label, sizeBytes, trainedOn, ...given };
  const row = await ctx.db
    .transaction(async (tx) => {
      const [inserted] = await tx.insert(models).values(values).returning();
      if (inserted === undefined) throw new AppError("internal", "The model was not stored.");
      await recordAudit(tx, ctx, {
        action: "model.register",
        subjectType: "model",
        subjectId: inserted.id,
        after: { state: "candidate", name: given.name, sha256: given.sha256 },
      });
      await publish(tx, { topic: "model", id: inserted.id });
      return inserted;
    })
    .catch((cause: unknown) => {
      if (!isUniqueViolation(cause)) throw cause;
      throw new AppError("conflict", "This file is registered already.", { cause });
    });
  return toModel(row);
}
