import { eq, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { auditEvents, jobs } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { contextFor, createRoot } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { discardJob, enqueueJob, listJobs, pruneJobs, retryJob } from ".";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.db.delete(jobs));
afterAll(() => database.drop());

const ADMIN: Actor = { kind: "user", id: "u-1", label: "admin@test", roles: ["admin"] };
const VIEWER: Actor = { kind: "user", id: "u-2", label: "viewer@test", roles: ["viewer"] };
const as = (actor: Actor) => contextFor(createRoot("test", { db: database.db }), actor);

async function storeDead(subjectId: string): Promise<number> {
  const [row] = await database.db
    .insert(jobs)
    .values({
      ...{ kind: "verify", subjectId, state: "dead", attempts: 5, stalls: 1 },
      ...{ lastError: "internal: broken", handedAt: sql`now()`, finishedAt: sql`now()` },
    })
    .returning({ id: jobs.id });
  return row?.id ?? 0;
}
const actions = () =>
  database.db
    .select({ action: auditEvents.action, actor: auditEvents.actorLabel })
    .from(auditEvents);

test("an administrator sees dead jobs with what went wrong", async () => {
  const id = await storeDead("op-1");
  await database.db.insert(jobs).values({ kind: "prove", subjectId: "sugg-1" });
  expect(await listJobs({ ctx: as(ADMIN), input: { state: "dead", limit: 10 } })).toEqual([
    expect.objectContaining({
      id,
      subject_id: "op-1",
      attempts: 5,
      last_error: "internal: broken",
    }),
  ]);
  expect(await listJobs({ ctx: as(ADMIN), input: { limit: 10 } })).toHaveLength(2);
});

test("a dead job that is retried is new to the relay, with all its attempts, on record", async () => {
  const id = await storeDead("op-1");
  expect(await retryJob({ ctx: as(ADMIN), input: { id } })).toMatchObject({ state: "queued" });
  const [row] = await database.db.select().from(jobs).where(eq(jobs.id, id));
  expect(row).toMatchObject({ attempts: 0, stalls: 0, handedAt: null, finishedAt: null });
  expect(await actions()).toContainEqual({ action: "job.retry", actor: "admin@test" });
});

test("retrying throws conflict when the same work was asked for again meanwhile", async () => {
  const id = await storeDead("op-1");
  await database.db.transaction((tx) =>
    enqueueJob({ tx, input: { kind: "verify", subjectId: "op-1" } }),
  );
  await expect(retryJob({ ctx: as(ADMIN), input: { id } })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("a discarded job is gone, and on record", async () => {
  const id = await storeDead("op-1");
  await discardJob({ ctx: as(ADMIN), input: { id } });
  expect(await database.db.$count(jobs)).toBe(0);
  expect(await actions()).toContainEqual({ action: "job.discard", actor: "admin@test" });
});

test("a job that is not dead can be neither retried nor discarded", async () => {
  await database.db.insert(jobs).values({ kind: "prove", subjectId: "sugg-1" });
  const [row] = await database.db.select().from(jobs);
  const input = { id: row?.id ?? 0 };
  for (const verb of [retryJob, discardJob]) {
    await expect(verb({ ctx: as(ADMIN), input })).rejects.toMatchObject({ code: "not_found" });
  }
});

test("only administrators manage jobs", async () => {
  const id = await storeDead("op-1");
  const ctx = as(VIEWER);
  for (const attempt of [
    listJobs({ ctx, input: { limit: 1 } }),
    retryJob({ ctx, input: { id } }),
    discardJob({ ctx, input: { id } }),
  ]) {
    await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
  }
});

test("jobs done more than a day ago are pruned; dead ones and newer ones stay", async () => {
  await storeDead("op-1");
  const done = { kind: "prove", state: "done" } as const;
  await database.db.insert(jobs).values([
    { ...done, subjectId: "old", finishedAt: sql`now() - interval '25 hours'` },
    { ...done, subjectId: "new", finishedAt: sql`now() - interval '23 hours'` },
  ]);
  await database.db
    .update(jobs)
    .set({ finishedAt: sql`now() - interval '9 days'` })
    .where(eq(jobs.state, "dead"));
  expect(await pruneJobs({ ctx: as(ADMIN) })).toBe(1);
  const left = await database.db.select({ subject: jobs.subjectId }).from(jobs);
  expect(left.map(({ subject }) => subject).sort()).toEqual(["new", "op-1"]);
});
