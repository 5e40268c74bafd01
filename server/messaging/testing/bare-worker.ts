import { Worker } from "bullmq";
import postgres from "postgres";

/** What the courier is measured beside: a BullMQ worker that writes one row a job. */
const [redisUrl = "", databaseUrl = ""] = process.argv.slice(2);
const { hostname: host, port } = new URL(redisUrl);
const db = postgres(databaseUrl, { max: 10 });
const worker = new Worker(
  "bare",
  async (job) => {
    await db`insert into bare_rows values (${job.id ?? ""}, ${db.json(job.data)})`;
  },
  { connection: { host, port: Number(port), maxRetriesPerRequest: null }, concurrency: 50 },
);
await worker.waitUntilReady();
process.send?.("ready");
