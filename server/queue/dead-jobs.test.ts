import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobs } from "@/drizzle/schema";
import { AppError, createRoot } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { enqueueJob, startWorker, type WorkerOptions } from ".";
import { HandBroker } from "./testing/hand-broker";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Runs one job that cannot be done, with a step in the transaction of its end. */
async function runHopeless(onDead: NonNullable<WorkerOptions["onDead"]>): Promise<string> {
  const subjectId = `sugg-${Math.random()}`;
  await database.db.transaction((tx) => enqueueJob({ tx, input: { kind: "prove", subjectId } }));
  const [job] = await database.db.select().from(jobs).where(eq(jobs.subjectId, subjectId));
  const broker = new HandBroker();
  const run = () => Promise.reject(new AppError("not_executable", "of another product"));
  const prove = { run, giveUp: async () => {} };
  const root = createRoot("test", { db: database.db });
  const worker = startWorker(root, broker, {
    ...{ queue: "proofs", concurrency: 1, handlers: { prove }, onDead },
  });
  const data = { job_id: job?.id };
  await broker.handle?.({ id: "job", data }).catch(() => undefined);
  await worker.stop();
  const [after] = await database.db.select().from(jobs).where(eq(jobs.subjectId, subjectId));
  return after?.state ?? "gone";
}

test("what is told of a dead job is told in the transaction in which it dies", async () => {
  const told: string[] = [];
  const state = await runHopeless(async ({ tx, input }) => {
    const [row] = await tx.select().from(jobs).where(eq(jobs.id, input.job.id));
    told.push(`${row?.state}: ${input.error}`);
  });
  expect(state).toBe("dead");
  expect(told).toEqual(["dead: not_executable: of another product"]);
});

test("where it cannot be told the job is not dead yet, and is found again", async () => {
  const state = await runHopeless(async () => {
    throw new Error("the database is full");
  });
  expect(state).toBe("running");
});
