import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
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

/** Size in bytes of a GGUF whose SHA-256 is the given one. Throws `invalid_input` for any other file. */
async function inspectModelFile(file: string, sha256: string): Promise<number> {
  const hash = createHash("sha256");
  let [size, head] = [0, Buffer.alloc(0)];
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      if (head.length < 4) head = Buffer.concat([head, chunk]).subarray(0, 4);
      hash.update(chunk);
      size += chunk.length;
    }
  } catch (cause) {
    throw new AppError("invalid_input", `The model file ${file} cannot be read.`, { cause });
  }
  if (head.toString("latin1") !== "GGUF") {
    throw new AppError("invalid_input", `${file} is not a GGUF file.`);
  }
  if (hash.digest("hex") !== sha256) {
    throw new AppError("invalid_input", `The SHA-256 of ${file} is not the one given.`);
  }
  return size;
}
