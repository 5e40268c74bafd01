import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { idempotencyKeys, reviews, suggestions } from "@/drizzle/schema";
import { failProof } from "@/server/decisions";
import { indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { AppError } from "@/server/platform";
import { createHarness, type Harness } from "./testing/harness";
import { storeObservedProduct } from "./testing/observed-product";
import { SPECIFIED_REQUEST } from "./testing/specified-request";

let harness: Harness;
let headers: Record<string, string>;

beforeAll(async () => {
  harness = await createHarness();
  headers = (await harness.person(["reviewer"])).headers;
});
afterAll(() => harness.drop());

const send = (key: string, text = SPECIFIED_REQUEST, as = headers, query = "") =>
  harness.post(`/agent/analyze${query}`, { headers: { ...as, "idempotency-key": key }, text });
const OF_PRODUCT = JSON.stringify({ operation_type: "schema_optimization", context: {} });

/** Approves a suggestion: what cannot succeed twice shows whether it ran twice. */
const approve = (id: string, key: string, as = headers) =>
  harness.post(`/agent/suggestions/${id}/approve`, { headers: { ...as, "idempotency-key": key } });
const pending = async () =>
  (await storeSuggestion(harness.db, { state: "pending", candidates: [indexOn("status")] })).id;

test("a repeat gets the first answer byte for byte, and the verb runs once", async () => {
  const id = await pending();
  const first = await approve(id, "a");
  const second = await approve(id, "a");
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(await second.text()).toBe(await first.text());
  expect(second.headers.get("idempotent-replayed")).toBe("true");
  expect(first.headers.get("idempotent-replayed")).toBeNull();
  expect(await harness.db.$count(reviews, eq(reviews.suggestionId, id))).toBe(1);
});

test("the answer's headers are kept with it", async () => {
  const first = await send("k");
  const second = await send("k");
  expect(second.headers.get("location")).toMatch(/^\/agent\/suggestions\/sugg-/);
  expect(second.headers.get("location")).toBe(first.headers.get("location"));
});

test("the same key with another body or query is 422", async () => {
  await send("b");
  const other = await send("b", SPECIFIED_REQUEST.replace("120", "121"));
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: "idempotency_mismatch" });
  expect((await send("b", SPECIFIED_REQUEST, headers, "?wait=1")).status).toBe(422);
});

test("another caller's same key is another key: the verb runs, and is refused", async () => {
  const id = await pending();
  const other = await harness.person(["reviewer"]);
  expect((await approve(id, "c")).status).toBe(200);
  expect((await approve(id, "c", other.headers)).status).toBe(409);
});

test("a repeat while the first still runs is 409, afterwards it gets the answer", async () => {
  await storeObservedProduct(harness.db);
  const before = await harness.db.$count(suggestions);
  const first = send("d", OF_PRODUCT, headers, "?wait=60");
  await vi.waitFor(async () => expect(await harness.db.$count(suggestions)).toBe(before + 1));
  const during = await send("d", OF_PRODUCT, headers, "?wait=60");
  expect(during.status).toBe(409);
  expect(during.headers.get("retry-after")).toBe("1");
  for (const { id } of await harness.db.select({ id: suggestions.id }).from(suggestions)) {
    await failProof({
      ctx: harness.ctx,
      input: { suggestionId: id, error: new AppError("product_refused", "no") },
    });
  }
  expect((await first).status).toBe(200);
  const after = await send("d", OF_PRODUCT, headers, "?wait=60");
  expect(after.headers.get("idempotent-replayed")).toBe("true");
  expect(await after.text()).toBe(await (await first).text());
});

test("a refusal is an answer too: the repeat gets it again, though it would succeed now", async () => {
  const id = await pending();
  await harness.db.update(suggestions).set({ state: "expired" }).where(eq(suggestions.id, id));
  const first = await approve(id, "e");
  expect(first.status).toBe(409);
  await harness.db.update(suggestions).set({ state: "pending" }).where(eq(suggestions.id, id));
  const second = await approve(id, "e");
  expect(second.status).toBe(409);
  expect(await second.text()).toBe(await first.text());
});

test("a failure of ours is not kept: the repeat runs again", async () => {
  harness.services.log.level = "silent";
  await storeObservedProduct(harness.db, null);
  expect((await send("f", OF_PRODUCT)).status).toBe(503);
  await storeObservedProduct(harness.db);
  expect((await send("f", OF_PRODUCT)).status).toBe(202);
});

test("an invalid request does not use its key up", async () => {
  expect((await send("i", "{}")).status).toBe(400);
  expect((await send("i")).status).toBe(200);
});

test("a claim whose process died is taken over once it is stale", async () => {
  await send("g");
  await harness.db.update(idempotencyKeys).set({ status: null, body: null });
  expect((await send("g")).status).toBe(409);
  await harness.db.update(idempotencyKeys).set({ createdAt: sql`now() - interval '1 hour'` });
  const racing = await Promise.all([send("g"), send("g")]);
  const statuses = racing.map(({ status }) => status).sort();
  // The other one was refused or came after the end; never do both run, or neither.
  expect([
    [200, 200],
    [200, 409],
  ]).toContainEqual(statuses);
  const ran = racing.filter(
    ({ status, headers }) => status === 200 && !headers.has("idempotent-replayed"),
  );
  expect(ran).toHaveLength(1);
});

test("a key older than a day is free again", async () => {
  await send("h");
  await harness.db.update(idempotencyKeys).set({ createdAt: sql`now() - interval '25 hours'` });
  expect((await send("h")).headers.get("idempotent-replayed")).toBeNull();
});

test.each(["", "has space", "x".repeat(201)])("key `%s` is 400", async (key) => {
  expect((await send(key)).status).toBe(400);
});
