import { and, eq } from "drizzle-orm";
import { models } from "@/drizzle/schema";
import {
  AppError,
  isUniqueViolation,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";

/** Retires the model that is present, if any, and answers its row. */
export async function retirePresent(tx: Transaction) {
  const [row] = await tx
    .update(models)
    .set({ state: "retired" })
    .where(eq(models.state, "present"))
    .returning();
  return row;
}

/** Makes one model present, if it is still in the given state. Throws `not_found`, `conflict`. */
export async function makePresent(
  tx: Transaction,
  change: { id: string; from: "candidate" | "retired"; set?: Partial<typeof models.$inferInsert> },
) {
  const [row] = await tx
    .update(models)
    .set({ ...change.set, state: "present" })
    .where(and(eq(models.id, change.id), eq(models.state, change.from)))
    .returning();
  if (row !== undefined) return row;
  const [now] = await tx.select().from(models).where(eq(models.id, change.id));
  if (now === undefined) throw new AppError("not_found", `There is no model ${change.id}.`);
  throw new AppError("conflict", `Model ${change.id} is ${now.state}, not ${change.from}.`, {
    details: { state: now.state },
  });
}

/** One transaction that changes the present model; of two at once one loses with `conflict`. */
export async function swapPresent<T>(
  ctx: ServiceContext,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await ctx.db.transaction(work);
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new AppError("conflict", "Another model has just become present.", { cause });
  }
}
