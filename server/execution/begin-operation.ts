import { and, eq } from "drizzle-orm";
import { operations, suggestions } from "@/drizzle/schema";
import type { DataProduct } from "@/server/data-product";
import { type OperationRow, publishOperation, transitionOperation } from "@/server/decisions";
import {
  AppError,
  isUniqueViolation,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { holdOffStop, permitExecution, stoppedError } from "@/server/policy";
import { describeWait } from "./describe-wait";
import { readLiveBefore } from "./expected-outcome";
import { takeBack } from "./withdraw-operation";

/** It may not begin yet: it is asked for again after this time. */
export interface Held {
  delayMs: number;
}

/** While held it is looked after this often: the policy may change, and the stop be lifted, at any time. */
const LOOK_MS = 10_000;

/**
 * Begins a queued operation where the policy lets it, decided in the transaction that begins it: an execution
 * whose approvals no longer suffice is taken back, one outside of its windows or stopped is held, as is an
 * automatic rollback while stopped. Takes the product's lock (a unique index on running operations) and notes the
 * live latencies. Answers null for one that was taken back. Throws `conflict` while another operation runs on the product.
 */
export async function beginOperation({
  ctx,
  input: { row, product },
}: {
  ctx: ServiceContext;
  input: { row: OperationRow; product: DataProduct };
}): Promise<OperationRow | Held | null> {
  // The product is not asked while an operation is held, and not in a transaction: it may take its time.
  const held = await ctx.db.transaction((tx) => holdBack(tx, ctx, row));
  if (held !== null) return held === "taken back" ? null : held;
  const liveBefore = await readLiveBefore({ ctx, input: { product } });
  return ctx.db
    .transaction(async (tx) => {
      const held = await holdBack(tx, ctx, row);
      if (held !== null) return held === "taken back" ? null : held;
      return transitionOperation({
        tx,
        ctx,
        input: {
          id: row.id,
          transition: "start",
          set: {
            startedAt: ctx.clock.now(),
            liveBefore,
            progress: { message: "Running on the data product in one transaction", fraction: 0.2 },
          },
        },
      });
    })
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError("conflict", "Another operation is running on this data product.");
    });
}

/** Holds or takes back what may not begin; null: it may. Locks the suggestion first. */
async function holdBack(
  tx: Transaction,
  ctx: ServiceContext,
  row: OperationRow,
): Promise<Held | "taken back" | null> {
  const [suggestion] = await tx
    .select()
    .from(suggestions)
    .where(eq(suggestions.id, row.suggestionId))
    .for("update");
  if (suggestion === undefined) return null;
  if (row.kind === "revert") return holdRevert(tx, ctx, row.id);
  try {
    const permit = await permitExecution({ tx, ctx, input: { row: suggestion } });
    if (permit.state === "open") return null;
    return hold(tx, ctx, row, { message: describeWait(permit), opensAt: permit.opensAt });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "stopped") return hold(tx, ctx, row, { message: error.message });
    if (error.code !== "approval_incomplete") throw error;
    await takeBack({ tx, ctx, input: { row, error } });
    return "taken back";
  }
}

/** What people ask for runs while stopped; what the sidecar began by itself waits. */
async function holdRevert(tx: Transaction, ctx: ServiceContext, id: string): Promise<Held | null> {
  // Read again: a person may have taken it over.
  const [row] = await tx.select().from(operations).where(eq(operations.id, id));
  if (row === undefined || !row.isAutomatic) return null;
  const stop = await holdOffStop({ tx });
  if (stop === null) return null;
  return hold(tx, ctx, row, {
    message: stoppedError(stop, "The automatic rollback is held.").message,
  });
}

async function hold(
  tx: Transaction,
  ctx: Pick<ServiceContext, "clock">,
  row: OperationRow,
  { message, opensAt = null }: { message: string; opensAt?: Date | null },
): Promise<Held> {
  if (row.progress.message !== message) {
    await tx
      .update(operations)
      .set({ progress: { message, fraction: 0 } })
      .where(and(eq(operations.id, row.id), eq(operations.state, "queued")));
    await publishOperation({ tx, input: row });
  }
  const opensInMs = opensAt === null ? LOOK_MS : opensAt.getTime() - ctx.clock.now().getTime();
  return { delayMs: Math.min(LOOK_MS, Math.max(0, opensInMs)) };
}
