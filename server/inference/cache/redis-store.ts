import { Redis } from "ioredis";
import type { SharedStore } from "./shared-store";

/** A miss costs less than waiting longer. */
const COMMAND_TIMEOUT_MS = 50;
/** After an answer that did not come, Redis is left alone: a slow one must not slow every request. */
const REST_MS = 5000;
const RECONNECT_MS_MAX = 10_000;
const PREFIX = "sidecar:infer:";

/**
 * Redis as the shared store, reconnected in the background with growing pauses. While it is away
 * every read is a miss at once and writes are dropped.
 */
export function openRedisStore(url: string, ttlSeconds: number): SharedStore {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: 2000,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts) => Math.min(RECONNECT_MS_MAX, 100 * 2 ** Math.min(attempts, 7)),
  });
  // An unheard "error" would end the process; a Redis that is away is only a slower answer.
  redis.on("error", () => {});
  let restUntil = 0;
  const isUsable = () => redis.status === "ready" && performance.now() >= restUntil;
  const rest = () => {
    restUntil = performance.now() + REST_MS;
    return null;
  };
  return {
    async get(key) {
      return isUsable() ? redis.get(PREFIX + key).catch(rest) : null;
    },
    set(key, value) {
      if (isUsable()) redis.set(PREFIX + key, value, "EX", ttlSeconds).catch(rest);
    },
    async close() {
      redis.disconnect();
    },
  };
}
