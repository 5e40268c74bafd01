import { and, asc, eq, inArray } from "drizzle-orm";
import { dataProducts, operations, suggestionItems, suggestions } from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import {
  type ExecuteRequest,
  isAdvice,
  type Operation,
  type Plan,
  ProductSchema,
  type ReapplyRequest,
  TRANSITIONS,
  UNAPPROVED_STATES,
} from "@/server/contracts";
import {
  assertVisible,
  type OperationRow,
  type SuggestionRow,
  toOperation,
  transitionOperation,
  transitionSuggestion,
} from "@/server/decisions";
import { assertCan } from "@/server/identity";
import { AppError, newId, type ServiceContext, type Transaction } from "@/server/platform";
import { permitExecution } from "@/server/policy";
import { enqueueJob } from "@/server/queue";
import { assertAgreed } from "./assert-agreed";
import { describeWait } from "./describe-wait";

/**
 * Queues the execution of the approved items of a suggestion. Nothing runs here: the prover
 * process does, once. Throws `forbidden`, `not_found`, `not_approved`, `not_executable`
 * (an estimate: no data product behind it; or nothing but advice), `not_agreed` (others still have to agree),
 * `schema_changed`, `conflict` (already executing), `approval_incomplete` (the policy asks for more than it has),
 * `stopped` (the emergency stop is on). Outside of the policy's windows it is scheduled for the next one.
 */
export async function requestExecution({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: ExecuteRequest;
}): Promise<Operation> {
  assertCan(ctx.actor, "operation.execute");
  await assertVisible({ ctx, input: { suggestion_id: input.suggestion_id } });
  await assertExecutable(ctx, input.suggestion_id);
  const row = await ctx.db.transaction(async (tx) => {
    const move = { id: input.suggestion_id, transition: "execute" as const };
    return queueExecution({ tx, ctx, input: await transitionSuggestion({ tx, ctx, input: move }) });
  });
  return toOperation(row);
}

/**
 * Executes once more what was approved and rolled back, by the same checks as the first time: agreement, the policy as
 * it is now, and the schema that was tested. Throws what `requestExecution` throws; `conflict` also where it was
 * not rolled back.
 */
export async function reapplyExecution({
  ctx,
  input: { suggestion_id: id, reason },
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string } & ReapplyRequest;
}): Promise<Operation> {
  assertCan(ctx.actor, "operation.execute");
  await assertVisible({ ctx, input: { suggestion_id: id } });
  await assertExecutable(ctx, id);
  const row = await ctx.db.transaction(async (tx) => {
    const move = { id, transition: "reapply" as const, set: { error: null }, note: { reason } };
    const suggestion = await transitionSuggestion({ tx, ctx, input: move });
    await endRollback(tx, ctx, id);
    return queueExecution({ tx, ctx, input: suggestion });
  });
  return toOperation(row);
}

/** A rollback that no longer stands makes room for the next one. */
async function endRollback(tx: Transaction, ctx: ServiceContext, id: string): Promise<void> {
  const rollbacks = await tx
    .select({ id: operations.id })
    .from(operations)
    .where(
      and(
        ...[eq(operations.suggestionId, id), eq(operations.kind, "revert")],
        inArray(operations.state, TRANSITIONS.operation.revert.from),
      ),
    );
  for (const rollback of rollbacks) {
    await transitionOperation({ tx, ctx, input: { id: rollback.id, transition: "revert" } });
  }
}

/** Plans and queues what was approved; a step of the transaction that moved the suggestion to `executing`. */
async function queueExecution({
  tx,
  ctx,
  input: suggestion,
}: {
  tx: Transaction;
  ctx: ServiceContext;
  input: SuggestionRow;
}): Promise<OperationRow> {
  await assertAgreed({ tx, input: { suggestion_id: suggestion.id } });
  const permit = await permitExecution({ tx, ctx, input: { row: suggestion } });
  const { productId, schemaFingerprint } = suggestion;
  if (productId === null || schemaFingerprint === null) {
    throw new AppError("not_executable", "This suggestion names no data product to execute on.");
  }
  const { itemIds, plan } = await compileApproved(tx, suggestion.id, productId, schemaFingerprint);
  const [operation] = await tx
    .insert(operations)
    .values({
      id: newId("op"),
      ...{ suggestionId: suggestion.id, productId, kind: "execute", state: "queued" },
      ...{ itemIds, plan, schemaFingerprint, requestedBy: ctx.actor.label },
      progress: { message: describeWait(permit), fraction: 0 },
    })
    .returning();
  if (operation === undefined) throw new AppError("internal", "The operation was not stored.");
  const runAt = permit.state === "closed" ? permit.opensAt : null;
  const job = { kind: "execute" as const, subjectId: operation.id };
  await enqueueJob({ tx, input: runAt === null ? job : { ...job, runAt } });
  return operation;
}

/** Says in the caller's terms why it cannot run, before the state is touched. */
async function assertExecutable(ctx: ServiceContext, id: string): Promise<void> {
  const [row] = await ctx.db.select().from(suggestions).where(eq(suggestions.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  if (UNAPPROVED_STATES.includes(row.state)) {
    throw new AppError("not_approved", `Suggestion ${id} is ${row.state}, not approved.`, {
      details: { state: row.state },
    });
  }
  if (row.basis === "estimate") {
    throw new AppError(
      "not_executable",
      "An estimate was never measured on a data product, so the sidecar does not execute it.",
    );
  }
}

/**
 * One composed plan for the approved items that the sidecar can execute, valid only for the schema
 * that was proved. Advice among them (rewritten queries) is for the product's developers.
 */
async function compileApproved(
  tx: Transaction,
  suggestionId: string,
  productId: string,
  schemaFingerprint: string,
): Promise<{ itemIds: string[]; plan: Plan }> {
  const approved = await tx
    .select()
    .from(suggestionItems)
    .where(
      and(eq(suggestionItems.suggestionId, suggestionId), eq(suggestionItems.isApproved, true)),
    )
    .orderBy(asc(suggestionItems.ordinal));
  const items = approved.filter((item) => !isAdvice(item.candidate.change));
  if (items.length === 0) throw nothingToExecute();
  const [product] = await tx
    .select()
    .from(dataProducts)
    .where(eq(dataProducts.productId, productId));
  const schema = ProductSchema.safeParse(product?.schema);
  if (!schema.success || schema.data.schema_fingerprint !== schemaFingerprint) {
    throw new AppError("schema_changed", "The schema changed since the proof; analyze again.");
  }
  const changes = items.map((item) => item.candidate.change);
  const plan = compilePlan(schema.data.tables, changes);
  if (plan.statements.length === 0) throw nothingToExecute();
  return { itemIds: items.map((item) => item.id), plan };
}

function nothingToExecute(): AppError {
  return new AppError(
    "not_executable",
    "What is approved is advice for the product's developers: there is nothing the sidecar could execute.",
  );
}
