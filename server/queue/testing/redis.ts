import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { freePort } from "@/server/platform/embedded-postgres";

/** True where a redis-server can be started; without one, tests of Redis cannot run. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** A Redis of one's own on a free port of this machine; it keeps nothing on disk. */
export interface PrivateRedis {
  url: string;
  /** Everything forgotten at once. */
  flush(): Promise<void>;
  /** Killed without warning and started again, empty, on the same port. */
  crash(): Promise<void>;
  /** The two halves of that. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 200; ; tries -= 1) {
    try {
      await ask(url, (redis) => redis.ping());
      return;
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(50);
    }
  }
}

export async function startRedis(): Promise<PrivateRedis> {
  const dir = await mkdtemp(path.join(tmpdir(), "sidecar-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning"];
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir, ...quiet];
  let server: ChildProcess;
  const start = async () => {
    server = spawn("redis-server", args, { stdio: "ignore" });
    await untilAnswers(url);
  };
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url,
    flush: async () => void (await ask(url, (redis) => redis.flushall())),
    crash: async () => {
      await kill();
      await start();
    },
    kill,
    start,
    stop: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function ask<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null });
  redis.on("error", () => {});
  try {
    await redis.connect();
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
