import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as schema from "@/drizzle/schema";
import type { Database } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { Side } from "./testing/side";
import { type MessageMove, postponeMessages, transitionMessages } from "./transition-messages";

const OPEN = 1500;
const MOVED = 20;

let database: TestDatabase;
let side: Side;
let ids: string[];
/** What was sent last. */
let last = { text: "", params: [] as unknown[] };
let logged: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  side = new Side("a", database.db);
  const other = new Side("b", database.db);
  ids = await side.send(other, Array(OPEN).fill({}));
  const logger = {
    logQuery(text: string, params: unknown[]) {
      last = { text, params };
    },
  };
  logged = drizzle(database.db.$client, { schema, logger });
}, 60_000);
afterAll(() => database.drop());

interface PlanNode {
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Rows Removed by Join Filter"?: number;
  Plans?: PlanNode[];
}

/** The most rows that any step of the last statement looked at, when it is run once more. */
async function rowsMax(): Promise<number> {
  const [row] = await database.db.$client.unsafe<{ "QUERY PLAN": { Plan: PlanNode }[] }[]>(
    `explain (analyze, format json) ${last.text}`,
    last.params as never[],
  );
  const rowsOf = (node: PlanNode): number => {
    const { "Actual Rows": rows, "Actual Loops": loops } = node;
    const removed =
      (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Join Filter"] ?? 0);
    return Math.max((rows + removed) * loops, ...(node.Plans ?? []).map(rowsOf));
  };
  return rowsOf(row?.["QUERY PLAN"][0]?.Plan ?? { "Actual Rows": Number.NaN, "Actual Loops": 1 });
}

const moves = (): MessageMove[] => ids.slice(0, MOVED).map((id) => ({ id, delayMs: 0 }));

test.each([
  [
    "are delivered",
    (tx: Database) =>
      transitionMessages({
        ...{ tx, ctx: side.ctx },
        input: { transition: "deliver", moves: moves(), recipientId: "agent-b" },
      }),
  ],
  [
    "are postponed",
    (tx: Database) => postponeMessages({ tx, input: { moves: moves(), isAttempt: true } }),
  ],
])("a few of many open messages %s: the others are not looked at", async (_, move) => {
  // Statistics of a table that nobody has analyzed: the planner takes all open messages for a few.
  await move(logged);
  expect(await rowsMax()).toBeLessThanOrEqual(100);
});

test("what is in another state, or another recipient's, stays as it is", async () => {
  const [a = "", b = "", c = ""] = ids.slice(-3);
  await database.db.execute(
    sql`update agent_messages set delivery_status = 'dead' where message_id = ${a}`,
  );
  const deliver = (id: string, recipientId: string) =>
    transitionMessages({
      ...{ tx: database.db, ctx: side.ctx },
      input: { transition: "deliver", moves: [{ id }], recipientId },
    });
  expect(await deliver(a, "agent-b")).toEqual([]);
  expect(await deliver(b, "agent-c")).toEqual([]);
  expect(await deliver(c, "agent-b")).toEqual([c]);
  expect(await deliver(c, "agent-b")).toEqual([]);
  expect((await side.message(b))?.deliveryStatus).toBe("queued");
});

test("of two that move a message at once, one does", async () => {
  const [id = ""] = ids.slice(-10);
  const deliver = () =>
    database.db.transaction((tx) =>
      transitionMessages({ tx, ctx: side.ctx, input: { transition: "deliver", moves: [{ id }] } }),
    );
  const moved = await Promise.all([deliver(), deliver(), deliver()]);
  expect(moved.flat()).toEqual([id]);
});
