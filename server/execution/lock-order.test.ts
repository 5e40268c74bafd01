import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditEvents, operations, suggestions } from "@/drizzle/schema";
import type { ConnectorOperation, OperationState, SuggestionState } from "@/server/contracts";
import type { OperationRow } from "@/server/decisions";
import { ACTORS, contextOf, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { AppError, newId, type ServiceContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { completeOperation, failOperation } from "./finish-operation";
import { requestRevert } from "./request-revert";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const ctx = (actor: keyof typeof ACTORS = "reviewer") => contextOf(database.db, ACTORS[actor]);

async function storeOperation(
  suggestionId: string,
  { kind, state }: { kind: "execute" | "revert"; state: OperationState },
): Promise<OperationRow> {
  const [row] = await database.db
    .insert(operations)
    .values({
      id: newId("op"),
      suggestionId,
      // One operation at a time runs on a product.
      productId: suggestionId,
      kind,
      state,
      itemIds: [],
      plan: {
        statements: ["SELECT 1;"],
        revert_statements: ["SELECT 2;"],
        cleanup_statements: [],
        is_reversible: true,
      },
      schemaFingerprint: "schema-1",
      requestedBy: "test",
      progress: { message: "", fraction: 0 },
    })
    .returning();
  if (row === undefined) throw new Error("The operation was not stored.");
  return row;
}

/** A suggestion whose execution runs. */
async function executing(): Promise<{ id: string; row: OperationRow }> {
  const { id } = await storeSuggestion(database.db, { state: "executing" });
  return { id, row: await storeOperation(id, { kind: "execute", state: "executing" }) };
}

/** A suggestion that was executed, and whose revert runs. */
async function reverting(): Promise<{ id: string; row: OperationRow; executed: OperationRow }> {
  const { id } = await storeSuggestion(database.db, { state: "executed" });
  const executed = await storeOperation(id, { kind: "execute", state: "executed" });
  const row = await storeOperation(id, { kind: "revert", state: "executing" });
  return { id, row, executed };
}

const outcome = (row: OperationRow): ConnectorOperation => ({
  operation_id: row.id,
  state: "succeeded",
  statements: [],
  schema_fingerprint_before: "schema-1",
  schema_fingerprint_after: "schema-2",
  error: null,
  started_at: new Date().toISOString(),
  finished_at: new Date().toISOString(),
});
const refused = new AppError("product_refused", "Refused by the test.");

async function statesOf(id: string): Promise<[SuggestionState | undefined, OperationState[]]> {
  const [row] = await database.db.select().from(suggestions).where(eq(suggestions.id, id));
  const rows = await database.db
    .select({ state: operations.state })
    .from(operations)
    .where(eq(operations.suggestionId, id))
    .orderBy(operations.kind);
  return [row?.state, rows.map(({ state }) => state)];
}

const auditOf = async (id: string): Promise<string[]> => {
  const rows = await database.db
    .select({ action: auditEvents.action })
    .from(auditEvents)
    .where(eq(auditEvents.subjectId, id));
  return rows.map(({ action }) => action);
};

/** How many statements of this database wait for a lock of another transaction. */
async function countWaiting(): Promise<number> {
  const [row] = await database.db.execute<{ n: number }>(sql`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`);
  return row?.n ?? 0;
}

type Finish = (ctx: ServiceContext, row: OperationRow) => Promise<void>;
const complete: Finish = (context, row) =>
  completeOperation({ ctx: context, input: { row, outcome: outcome(row) } });
const fail: Finish = (context, row) =>
  failOperation({ ctx: context, input: { row, error: refused } });

test.each([
  ["completing an execution", executing, complete],
  ["failing an execution", executing, fail],
  ["completing a revert", reverting, complete],
  ["failing a revert", reverting, fail],
])("%s locks the suggestion before any operation of it", async (_, prepare, finish) => {
  const { id, row } = await prepare();
  let finished: Promise<void> | undefined;
  await database.db.transaction(async (tx) => {
    await tx.select().from(suggestions).where(eq(suggestions.id, id)).for("update");
    finished = finish(ctx(), row);
    await expect.poll(countWaiting, { interval: 5 }).toBe(1);
    // Fails at once (55P03) if the waiting transaction holds an operation already.
    await tx
      .select()
      .from(operations)
      .where(eq(operations.suggestionId, id))
      .for("update", { noWait: true });
  });
  await finished;
});

test("an executed operation is stored once, with its suggestion, however often it is reported", async () => {
  const { id, row } = await executing();
  const settled = await Promise.allSettled([1, 2, 3].map(() => complete(ctx(), row)));
  const lost = settled.filter((one) => one.status === "rejected");
  expect(lost.map((one) => one.reason)).toMatchObject([{ code: "conflict" }, { code: "conflict" }]);
  expect(await statesOf(id)).toEqual(["executed", ["executed"]]);
  expect(await auditOf(id)).toEqual(["suggestion.executed"]);
  expect(await auditOf(row.id)).toEqual(["operation.complete"]);
});

test("of a success and a failure reported at the same time one is stored, never a mixture", async () => {
  for (let round = 0; round < 10; round++) {
    const { id, row } = await executing();
    const settled = await Promise.allSettled([complete(ctx(), row), fail(ctx(), row)]);
    expect(settled.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    const [state, [operation]] = await statesOf(id);
    expect(operation).toBe(state);
    expect(["executed", "failed"]).toContain(state);
  }
});

test("a revert asked for while another one completes gets a typed conflict, and nothing deadlocks", async () => {
  for (let round = 0; round < 10; round++) {
    const { id, row } = await reverting();
    const ask = () => requestRevert({ ctx: ctx(), input: { suggestion_id: id } });
    const [done, ...asked] = await Promise.allSettled([complete(ctx(), row), ask(), ask()]);
    expect(done.status).toBe("fulfilled");
    for (const one of asked) {
      expect(one).toMatchObject({ status: "rejected", reason: { code: "conflict" } });
    }
    expect(await statesOf(id)).toEqual(["reverted", ["reverted", "executed"]]);
  }
});

test("a revert that fails leaves the execution as it was, and the reason with the suggestion", async () => {
  const { id, row } = await reverting();
  await fail(ctx(), row);
  expect(await statesOf(id)).toEqual(["executed", ["executed", "failed"]]);
  const [stored] = await database.db.select().from(suggestions).where(eq(suggestions.id, id));
  expect(stored?.error?.message).toBe("The revert failed: Refused by the test.");
});

test("who may not revert does not", async () => {
  const { id } = await reverting();
  await expect(
    requestRevert({ ctx: ctx("viewer"), input: { suggestion_id: id } }),
  ).rejects.toMatchObject({ code: "forbidden" });
});
