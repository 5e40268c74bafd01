import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { idempotencyKeys } from "@/drizzle/schema";
import type { Suggestion } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { analyzeRoute } from "./routes";
import { exampleSuggestion } from "./testing/examples";
import { createHarness, type Harness } from "./testing/harness";

const json = { operation_type: "schema_optimization", context: { table_name: "projects" } };
let count = 0;
const analyze = vi.fn(async (): Promise<Suggestion> => {
  count += 1;
  return exampleSuggestion({ suggestion_id: `sugg-number${count}` });
});
let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness({ analyze });
  headers = (await harness.person(["reviewer"])).headers;
});
afterAll(() => harness.drop());
beforeEach(() => {
  analyze.mockClear();
});

const send = (key: string, body: unknown = json, as = headers) =>
  harness.send(analyzeRoute, { headers: { ...as, "idempotency-key": key }, json: body });

test("a repeat gets the first answer byte for byte, and the verb runs once", async () => {
  const first = await send("a");
  const second = await send("a");
  expect(await second.text()).toBe(await first.text());
  expect(second.status).toBe(first.status);
  expect(second.headers.get("location")).toBe(first.headers.get("location"));
  expect(second.headers.get("idempotent-replayed")).toBe("true");
  expect(analyze).toHaveBeenCalledTimes(1);
});

test("the same key with another body is 422", async () => {
  await send("b");
  const other = await send("b", { ...json, product_id: "other" });
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: "idempotency_mismatch" });
  expect(analyze).toHaveBeenCalledTimes(1);
});

test("another caller's same key is another key", async () => {
  await send("c");
  const product = await harness.machine("data-product", "duckdb-spawn");
  await send("c", json, product);
  expect(analyze).toHaveBeenCalledTimes(2);
});

test("a repeat while the first still runs is 409, afterwards it gets the answer", async () => {
  let finish = () => {};
  analyze.mockImplementationOnce(
    () =>
      new Promise((resolve) => {
        finish = () => resolve(exampleSuggestion());
      }),
  );
  const first = send("d");
  await vi.waitFor(() => expect(analyze).toHaveBeenCalledTimes(1));
  const during = await send("d");
  expect(during.status).toBe(409);
  finish();
  expect((await first).status).toBe(200);
  expect((await send("d")).headers.get("idempotent-replayed")).toBe("true");
  expect(analyze).toHaveBeenCalledTimes(1);
});

test("a refusal is an answer too: the repeat gets it again", async () => {
  analyze.mockRejectedValueOnce(new AppError("not_found", "There is no such table."));
  expect((await send("e")).status).toBe(404);
  expect((await send("e")).status).toBe(404);
  expect(analyze).toHaveBeenCalledTimes(1);
});

test("a failure of ours is not kept: the repeat runs again", async () => {
  analyze.mockRejectedValueOnce(new AppError("product_unreachable", "No connection."));
  harness.services.log.level = "silent";
  expect((await send("f")).status).toBe(503);
  expect((await send("f")).status).toBe(200);
});

test("a claim whose process died is taken over once it is stale", async () => {
  await send("g");
  await harness.db.update(idempotencyKeys).set({ status: null, body: null });
  expect((await send("g")).status).toBe(409);
  await harness.db.update(idempotencyKeys).set({ createdAt: sql`now() - interval '1 hour'` });
  const racing = await Promise.all([send("g"), send("g")]);
  expect(racing.map(({ status }) => status).sort()).not.toEqual([409, 409]);
  expect(analyze).toHaveBeenCalledTimes(2);
});

test("a key older than a day is free again", async () => {
  await send("h");
  await harness.db.update(idempotencyKeys).set({ createdAt: sql`now() - interval '25 hours'` });
  expect((await send("h")).headers.get("idempotent-replayed")).toBeNull();
  expect(analyze).toHaveBeenCalledTimes(2);
});

test.each(["", "has space", "x".repeat(201)])("key `%s` is 400", async (key) => {
  expect((await send(key)).status).toBe(400);
});
