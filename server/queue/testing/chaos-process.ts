import { sql } from "drizzle-orm";
import type { ConnectorOperation } from "@/server/contracts";
import type { DataProduct } from "@/server/data-product";
import { giveUpOperation, runOperation, verifyOperation } from "@/server/execution";
import { AppError, createRoot, type Database, systemContext } from "@/server/platform";
import { openBroker } from "@/server/platform/broker";
import { type ClaimedJob, startRelay, startWorker } from "..";

/** Short, so that many workers can die and be replaced within minutes. */
const LEASE_MS = 4000;
const refuse = () => Promise.reject(new AppError("internal", "Not asked for in this test."));

/** A product that is a table: it runs an operation id once, and counts what it ran. */
function tableProduct(db: Database, productId: string): DataProduct {
  const answer = (operationId: string): ConnectorOperation => ({
    ...{ operation_id: operationId, state: "succeeded", statements: [], error: null },
    ...{ schema_fingerprint_before: "schema-1", schema_fingerprint_after: "schema-1" },
    ...{ started_at: new Date().toISOString(), finished_at: new Date().toISOString() },
  });
  return {
    ...{ productId, getSchema: refuse, query: refuse, exportTable: refuse },
    async getWorkload(since) {
      const until = new Date().toISOString();
      const window = { since: since.toISOString(), until };
      return { product_id: productId, ...window, dropped_calls: 0, patterns: [] };
    },
    async execute({ operation_id: id }) {
      await db.transaction(async (tx) => {
        const known = sql`select 1 from product_runs where operation_id = ${id}`;
        await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${id}))`);
        if ((await tx.execute(known)).length > 0) return;
        await tx.execute(sql`insert into product_runs values (${id})`);
      });
      return answer(id);
    },
    async getOperation(id) {
      const known = sql`select 1 from product_runs where operation_id = ${id}`;
      return (await db.execute(known)).length > 0 ? answer(id) : null;
    },
  };
}

const [role] = process.argv.slice(2);
const root = createRoot("chaos");
const ctx = systemContext(root, "executor");
const broker = openBroker(root.settings, root.log);

const inputOf = async (job: ClaimedJob, signal: AbortSignal) => {
  const [row] = await root.db.execute<{ product_id: string }>(
    sql`select product_id from operations where id = ${job.subjectId}`,
  );
  // Every execution that began leaves a row, so that a doubled one shows.
  await root.db.execute(sql`insert into executions values (${job.id}, ${job.token})`);
  const product = tableProduct(root.db, row?.product_id ?? "");
  return { operationId: job.subjectId, product, signal };
};
const giveUp = (job: ClaimedJob, error: AppError) =>
  giveUpOperation({ ctx, input: { operationId: job.subjectId, error } });

if (role === "relay") startRelay(root, broker);
else {
  startWorker(root, broker, {
    ...{ queue: "operations", concurrency: 4, leaseMs: LEASE_MS },
    handlers: {
      execute: {
        run: async (job, signal) => {
          await runOperation({ ctx, input: await inputOf(job, signal) });
        },
        giveUp,
      },
      verify: {
        run: async (job, signal) => {
          await verifyOperation({ ctx, input: await inputOf(job, signal) });
        },
        giveUp,
      },
    },
  });
}
