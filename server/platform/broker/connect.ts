import {
  createPostgresBackend,
  isPgPool,
  type Processor,
  Queue,
  Worker,
  type WorkerOptions,
  withBackend,
} from "bullmq";
import { Redis } from "ioredis";
import pg from "pg";
import { AppError } from "../errors";

/** What is used of BullMQ's Queue, on whichever store. */
export type BullQueue = Pick<
  Queue,
  "addBulk" | "close" | "getJobScheduler" | "removeJobScheduler" | "upsertJobScheduler"
>;
type BullWorker = Pick<Worker, "close" | "isRunning">;

/** BullMQ on one of its stores, with the connections that all its objects of this process share. */
export interface BullStore {
  kind: "redis" | "postgres";
  openQueue(name: string): BullQueue;
  openWorker(
    name: string,
    process: Processor,
    options: Omit<WorkerOptions, "connection" | "prefix">,
  ): BullWorker;
  ping(): Promise<void>;
  close(): Promise<void>;
}

type OnError = (error: Error) => void;

/** Keys of ours in a Redis that may be shared. */
const PREFIX = "sidecar";
/** A relay or a health check gives up on a Redis that does not answer, and tries again later. */
const COMMAND_MS_MAX = 5000;

/** Two connections: one to hand over (fails soon), one to take (waits for ever, as BullMQ asks). */
export function connectRedis(url: string, onError: OnError): BullStore {
  const giving = new Redis(url, { maxRetriesPerRequest: 1, commandTimeout: COMMAND_MS_MAX });
  const taking = new Redis(url, { maxRetriesPerRequest: null });
  for (const connection of [giving, taking]) connection.on("error", onError);
  return {
    kind: "redis",
    openQueue(name) {
      const queue = new Queue(name, { connection: giving, prefix: PREFIX });
      queue.on("error", onError);
      return queue;
    },
    openWorker(name, process, options) {
      const worker = new Worker(name, process, { ...options, connection: taking, prefix: PREFIX });
      worker.on("error", onError);
      return worker;
    },
    async ping() {
      await giving.ping();
    },
    async close() {
      for (const connection of [giving, taking]) connection.disconnect();
    },
  };
}

/** Each consumer keeps one connection to listen on; the rest serve everything else. */
const POOL_MAX = 10;

/** One pool for all; the schema `bullmq` is made with our own migrations. */
export function connectPostgres(url: string, onError: OnError): BullStore {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_MAX,
    connectionTimeoutMillis: COMMAND_MS_MAX,
    keepAlive: true,
    options: "-c search_path=bullmq,public",
  });
  pool.on("error", onError);
  // BullMQ's own, narrower idea of a pool; every pg.Pool is one.
  if (!isPgPool(pool)) throw new AppError("internal", "The pool is not one that BullMQ takes.");
  const bull = withBackend(createPostgresBackend);
  return {
    kind: "postgres",
    openQueue(name) {
      const queue = new bull.Queue(name, { connection: pool });
      queue.on("error", onError);
      return queue;
    },
    openWorker(name, process, options) {
      const worker = new bull.Worker(name, process, { ...options, connection: pool });
      worker.on("error", onError);
      return worker;
    },
    async ping() {
      await pool.query("select 1");
    },
    async close() {
      await pool.end();
    },
  };
}
