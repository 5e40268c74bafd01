import { afterEach, expect, test } from "vitest";
import { Lru } from "@/server/platform";
import { openRedisStore, ResponseCache } from "./response-cache";
import { startFakeRedis } from "./testing/fake-redis";
import { gainRequest } from "./testing/test-worker";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
const STORED = { answer: { gain: 7 }, probabilities: { gain: { "7": 1 } } };

function cacheOn(url: string): ResponseCache {
  const cache = new ResponseCache(10, openRedisStore(url, 60));
  closers.push(() => cache.close());
  return cache;
}

test("what was asked for longest ago is forgotten first", () => {
  const lru = new Lru<number>(2);
  lru.set("a", 1);
  lru.set("b", 2);
  lru.get("a");
  lru.set("c", 3);
  expect([lru.get("a"), lru.get("b"), lru.get("c"), lru.size]).toEqual([1, undefined, 3, 2]);
  const none = new Lru<number>(0);
  none.set("a", 1);
  expect(none.get("a")).toBeUndefined();
});

test("an answer belongs to model, instruction, prompt, schema and bound", async () => {
  const cache = new ResponseCache(10, null);
  const request = gainRequest("p");
  cache.set("m", request, STORED);
  expect(await cache.get("m", request)).toEqual(STORED);
  const others = [
    { ...request, prompt: "q" },
    { ...request, instruction: "other" },
    { ...request, tokensMax: 1 },
    { ...request, schema: { ...request.schema, properties: {}, required: [] } },
  ];
  for (const other of others) expect(await cache.get("m", other)).toBeNull();
  expect(await cache.get("n", request)).toBeNull();
  expect(await cache.get("m", { ...request, deadlineMs: 1 })).toEqual(STORED);
  expect(cache.status()).toEqual({ hits: 2, misses: 5, entries: 1, isShared: false });
});

test("processes share answers through Redis, for a time", async () => {
  const redis = await startFakeRedis();
  closers.push(redis.close);
  const [one, two] = [cacheOn(redis.url), cacheOn(redis.url)];
  const request = gainRequest("shared");
  // Until it is connected, writes are dropped: nobody waits for Redis.
  await expect
    .poll(() => {
      one.set("m", request, STORED);
      return redis.values.size;
    })
    .toBe(1);
  await expect.poll(() => two.get("m", request)).toEqual(STORED);
  expect(redis.log.find(([name]) => name?.toUpperCase() === "SET")?.slice(3)).toEqual(["EX", "60"]);
});

test("what somebody else stored is checked like any answer", async () => {
  const redis = await startFakeRedis();
  closers.push(redis.close);
  const request = gainRequest("poisoned");
  const cache = cacheOn(redis.url);
  const asked = () => redis.log.filter(([name]) => name?.toUpperCase() === "GET");
  await expect
    .poll(async () => {
      await cache.get("m", request);
      return asked().length;
    })
    .toBeGreaterThan(0);
  const [, key = ""] = asked().at(-1) ?? [];
  for (const foreign of ["no JSON", "{}", '{"answer":{"gain":12},"probabilities":{}}']) {
    redis.values.set(key, foreign);
    expect(await cache.get("m", request)).toBeNull();
  }
  redis.values.set(key, JSON.stringify(STORED));
  expect(await cache.get("m", request)).toEqual(STORED);
});

test("a Redis that hangs costs one request a moment, not every request", async () => {
  const redis = await startFakeRedis();
  closers.push(redis.close);
  const cache = cacheOn(redis.url);
  const asked = () => redis.log.filter(([name]) => name?.toUpperCase() === "GET").length;
  await expect
    .poll(async () => {
      await cache.get("m", gainRequest("connected"));
      return asked();
    })
    .toBeGreaterThan(0);
  redis.hang();
  const before = asked();
  for (let n = 0; n < 50; n += 1) expect(await cache.get("m", gainRequest(`${n}`))).toBeNull();
  expect(asked()).toBe(before + 1);
});

test("without Redis every request is a miss at once, never a failure", async () => {
  const cache = cacheOn("redis://127.0.0.1:1");
  const request = gainRequest("alone");
  const started = performance.now();
  expect(await cache.get("m", request)).toBeNull();
  cache.set("m", request, STORED);
  expect(await cache.get("m", request)).toEqual(STORED);
  expect(performance.now() - started).toBeLessThan(100);
});
