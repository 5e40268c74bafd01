import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { requestRates } from "@/drizzle/schema";
import { Problem } from "@/server/contracts";
import { indexOn, storeSuggestion } from "@/server/decisions/testing/fixtures";
import { env, type Settings } from "@/server/platform";
import { pruneRequestRates } from "../http";
import { createHarness, type Harness } from "./testing/harness";

type Headers = Record<string, string>;
let harness: Harness;
let mine: Headers;
let theirs: Headers;

beforeAll(async () => {
  harness = await createHarness();
  mine = (await harness.apiKey(["product.read", "suggestion.read", "suggestion.analyze"])).headers;
  theirs = (await harness.apiKey(["product.read", "suggestion.read"])).headers;
});
beforeEach(() => harness.db.delete(requestRates));
afterAll(() => harness.drop());

function limit(settings: Partial<Settings>): void {
  harness.services.settings = { ...env(), MODEL_MANIFEST: "no-models.json", ...settings };
}

const read = (headers: Headers) => harness.get("/agent/capabilities", headers);
const statuses = async (headers: Headers, count: number) => {
  const seen = [];
  for (let n = 0; n < count; n += 1) seen.push((await read(headers)).status);
  return seen;
};

/** A request whose body comes only as far as the caller sends it. */
function trickle(headers: Headers) {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start(own) {
      controller = own;
      own.enqueue(new TextEncoder().encode("{"));
    },
    cancel() {
      isCancelled = true;
    },
  });
  const request = new Request("http://sidecar.test/agent/analyze", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body,
    duplex: "half",
  } as RequestInit);
  return {
    answer: harness.fetchChecked(request),
    end: () => controller?.close(),
    isCancelled: () => isCancelled,
  };
}

test("a caller's requests a minute are counted over all replicas, and nobody else's with them", async () => {
  limit({ REQUESTS_PER_MINUTE_MAX: 3 });
  expect(await statuses(mine, 4)).toEqual([200, 200, 200, 429]);
  const replica = await createHarness({
    db: harness.db,
    settings: { REQUESTS_PER_MINUTE_MAX: 3 },
  });
  const refused = await replica.get("/agent/capabilities", mine);
  expect(refused.status).toBe(429);
  expect(Problem.parse(await refused.json())).toMatchObject({
    code: "rate_limited",
    details: { limit: 3 },
  });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(10);
  expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(20);
  expect((await read(theirs)).status).toBe(200);
});

test("what was used up comes back with time, a request for each share of the minute", async () => {
  limit({ REQUESTS_PER_MINUTE_MAX: 3 });
  expect(await statuses(mine, 4)).toEqual([200, 200, 200, 429]);
  const later = (seconds: number) =>
    harness.db
      .update(requestRates)
      .set({ freeAt: sql`${requestRates.freeAt} - make_interval(secs => ${seconds})` });
  await later(21);
  expect(await statuses(mine, 2)).toEqual([200, 429]);
  await later(120);
  expect(await statuses(mine, 4)).toEqual([200, 200, 200, 429]);
});

test("callers that have used up nothing are forgotten, others are not", async () => {
  limit({ REQUESTS_PER_MINUTE_MAX: 1 });
  expect(await statuses(mine, 1)).toEqual([200]);
  await harness.db
    .insert(requestRates)
    .values({ caller: "network:203.0.113.7", freeAt: new Date(0) });
  expect(await pruneRequestRates({ ctx: harness })).toBe(1);
  expect(await statuses(mine, 1)).toEqual([429]);
});

test("who sends no valid credential is counted by the network, which shuts no key out", async () => {
  limit({ REQUESTS_PER_MINUTE_MAX: 2 });
  const from = (address: string, more: Headers = {}) => ({ "x-forwarded-for": address, ...more });
  const wrong = { "x-api-key": "no-such-key" };
  expect(await statuses(from("203.0.113.9", wrong), 2)).toEqual([401, 401]);
  expect(await statuses(from("203.0.113.9"), 1)).toEqual([429]);
  expect(await statuses(from("198.51.100.1"), 1)).toEqual([401]);
  expect(await statuses(from("203.0.113.9", mine), 1)).toEqual([200]);
  expect((await harness.get("/agent/health", from("203.0.113.9"))).status).toBe(200);
});

test("one key's slow bodies take its own places, and nobody else's", async () => {
  limit({ REQUESTS_CONCURRENT_PER_CALLER_MAX: 2 });
  const slow = [trickle(mine), trickle(mine)];
  await vi.waitFor(async () => expect((await read(mine)).status).toBe(429));
  const refused = await read(mine);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refused.json()).toMatchObject({ code: "rate_limited", details: { limit: 2 } });
  expect((await read(theirs)).status).toBe(200);
  for (const each of slow) each.end();
  for (const each of slow) expect((await each.answer).status).toBe(400);
  expect((await read(mine)).status).toBe(200);
});

test("a body that does not come is 408, is read no further, and frees its place", async () => {
  limit({ REQUEST_BODY_SECONDS_MAX: 0.05, REQUESTS_CONCURRENT_PER_CALLER_MAX: 1 });
  const slow = trickle(mine);
  const response = await slow.answer;
  expect(response.status).toBe(408);
  expect(await response.json()).toMatchObject({ code: "request_timeout" });
  expect(response.headers.get("connection")).toBe("close");
  expect(slow.isCancelled()).toBe(true);
  expect((await read(mine)).status).toBe(200);
});

test("one key's event streams leave others theirs", async () => {
  limit({ EVENT_STREAMS_PER_CALLER_MAX: 1 });
  const candidates = [indexOn("status")];
  const { id } = await storeSuggestion(harness.db, { state: "pending", candidates });
  const open = (headers: Headers) => harness.get(`/agent/suggestions/${id}/events`, headers);
  const first = await open(mine);
  expect(first.status).toBe(200);
  const refused = await open(mine);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  const other = await open(theirs);
  expect(other.status).toBe(200);
  await first.body?.cancel();
  await vi.waitFor(async () => {
    const again = await open(mine);
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });
  await other.body?.cancel();
});

test("the limits are among the agent's capabilities", async () => {
  limit({ REQUESTS_PER_MINUTE_MAX: 77 });
  const { limits } = await (await read(mine)).json();
  expect(limits).toMatchObject({ requests_per_minute_max: 77, event_streams_per_caller_max: 16 });
});
