import { and, asc, eq, isNotNull, sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { jobs } from "@/drizzle/schema";
import { AppError } from "@/server/platform";
import { enqueueJob } from ".";
import { LEASE_MS, QueueHarness, type StoreKind } from "./testing/harness";
import { hasRedis } from "./testing/redis";

const STORES: StoreKind[] = hasRedis ? ["postgres", "redis"] : ["postgres"];

test("the suite runs on Redis too, where there is a redis-server", (context) => {
  const isRequired = process.env.SIDECAR_TEST_REDIS === "required";
  if (!hasRedis && !isRequired) {
    context.skip("redis-server is not installed: only PostgreSQL was tested as the queue's store.");
  }
  expect(hasRedis).toBe(true);
});

/** Resolves when the signal aborts: a job that does not end by itself. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

describe.each(STORES)("the queue on %s", (store) => {
  let queue: QueueHarness;
  beforeAll(async () => {
    queue = await QueueHarness.open(store);
  });
  afterEach(() => queue.end());
  afterAll(() => queue.close());

  test("a job is kept with its transaction, and not kept when that fails", async () => {
    const ran: string[] = [];
    queue.relay();
    queue.worker({ run: async (job) => void ran.push(job.subjectId) });
    const failing = queue.db.transaction(async (tx) => {
      await enqueueJob({ tx, input: { kind: "prove", subjectId: "lost" } });
      throw new Error("the deed failed");
    });
    await expect(failing).rejects.toThrow("the deed failed");
    await queue.enqueue("kept");
    await queue.until(async () => expect(await queue.job("kept")).toMatchObject({ state: "done" }));
    expect(await queue.job("lost")).toBeUndefined();
    expect(ran).toEqual(["kept"]);
  });

  test("work asked for twice while it waits is one job", async () => {
    await queue.enqueue("same");
    await queue.enqueue("same");
    expect(await queue.db.$count(jobs)).toBe(1);
  });

  test("work that is done can be asked for again", async () => {
    queue.relay();
    queue.worker({ run: (job) => queue.note(job.id, "a") });
    await queue.enqueue("again");
    await queue.until(async () =>
      expect(await queue.job("again")).toMatchObject({ state: "done" }),
    );
    await queue.enqueue("again");
    await queue.until(async () => expect(await queue.executions()).toBe(2));
  });

  test("two relays and two workers execute each of 200 jobs once", async () => {
    queue.relay();
    queue.relay();
    for (const name of ["a", "b"]) {
      queue.worker({ run: (job) => queue.note(job.id, name) }, { concurrency: 4 });
    }
    await queue.db.transaction(async (tx) => {
      for (let n = 0; n < 200; n += 1)
        await enqueueJob({ tx, input: { kind: "prove", subjectId: `${n}` } });
    });
    const isDone = eq(jobs.state, "done");
    await queue.until(async () => expect(await queue.db.$count(jobs, isDone)).toBe(200));
    expect(await queue.executions()).toBe(200);
    const workers = await queue.db.execute(sql`select distinct worker from executions`);
    expect(workers).toHaveLength(2);
  });

  test("a job delivered again and again, under other ids too, is executed once", async () => {
    const broker = queue.broker();
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    queue.worker(
      {
        run: async (job) => {
          await queue.note(job.id, "a");
          await finished;
        },
      },
      { concurrency: 8 },
    );
    await queue.enqueue("once");
    const row = await queue.job("once");
    const offer = { data: { job_id: row?.id }, delayMs: 0, priority: 5 };
    const ids = ["a", "b", "c", "d"].flatMap((id) => [id, id]);
    await broker.add(
      "proofs",
      ids.map((id) => ({ ...offer, id })),
    );
    await queue.until(async () => expect(await queue.executions()).toBe(1));
    finish();
    await queue.until(async () => expect(await queue.job("once")).toMatchObject({ state: "done" }));
    // The other deliveries come back when the lease would have run out, and find it done.
    await broker.add("proofs", [{ ...offer, id: "e" }]);
    await queue.enqueue("after");
    queue.relay();
    await queue.until(async () =>
      expect(await queue.job("after")).toMatchObject({ state: "done", attempts: 1 }),
    );
    expect(await queue.job("once")).toMatchObject({ attempts: 1 });
    expect(await queue.executions()).toBe(2);
  });

  test("a worker that lost its lease is told to stop, and changes nothing any more", async () => {
    let reason: unknown;
    queue.relay();
    const worker = queue.worker({
      run: async (_, signal) => {
        await untilAborted(signal).catch((error) => {
          reason = error;
        });
      },
    });
    await queue.enqueue("taken");
    await queue.until(async () =>
      expect(await queue.job("taken")).toMatchObject({ state: "running" }),
    );
    const theirs = { claimedBy: "another", leaseUntil: sql`now() + interval '1 hour'` };
    await queue.db.update(jobs).set(theirs);
    await queue.until(() => expect(reason).toBeInstanceOf(AppError));
    await worker.stop();
    expect(await queue.job("taken")).toMatchObject({ state: "running", claimedBy: "another" });
  });

  test("a job that always throws is tried three times, ends as dead, and blocks nothing", async () => {
    const givenUp: string[] = [];
    queue.relay();
    queue.worker({
      run: async ({ subjectId }) => {
        if (subjectId === "bad") throw new Error("it never works");
      },
      giveUp: async (_, error) => void givenUp.push(error.code),
    });
    await queue.enqueue("bad");
    await queue.enqueue("good");
    await queue.until(async () => expect(await queue.job("good")).toMatchObject({ state: "done" }));
    expect(await queue.job("bad")).not.toMatchObject({ state: "dead" });
    await queue.until(async () => expect(await queue.job("bad")).toMatchObject({ state: "dead" }));
    const { attempts, lastError } = (await queue.job("bad")) ?? {};
    expect({ attempts, lastError }).toEqual({
      attempts: 3,
      lastError: "internal: An unexpected error occurred. (it never works)",
    });
    expect(givenUp).toEqual(["internal"]);
  });

  test("an error that another attempt cannot mend ends the job at once", async () => {
    queue.relay();
    queue.worker({
      run: () => Promise.reject(new AppError("not_executable", "Not on this product.")),
    });
    await queue.enqueue("elsewhere");
    await queue.until(async () =>
      expect(await queue.job("elsewhere")).toMatchObject({ state: "dead", attempts: 1 }),
    );
  });

  test("a job whose workers died five times is given up without being tried again", async () => {
    const ran: string[] = [];
    const givenUp: string[] = [];
    queue.relay();
    queue.worker({
      run: async (job) => void ran.push(job.subjectId),
      giveUp: async (job) => void givenUp.push(job.subjectId),
    });
    await queue.db.insert(jobs).values({
      ...{ kind: "prove", subjectId: "deadly", state: "running", stalls: 5 },
      ...{ attempts: 6, leaseUntil: sql`now() - interval '1 minute'` },
      createdAt: sql`now() - interval '1 hour'`,
    });
    await queue.until(async () =>
      expect(await queue.job("deadly")).toMatchObject({ state: "dead", stalls: 6 }),
    );
    expect({ ran, givenUp }).toEqual({ ran: [], givenUp: ["deadly"] });
  });

  test("a job with a later moment is not executed before it", async () => {
    let ranAt = 0;
    queue.relay();
    queue.worker({
      run: async () => {
        ranAt = Date.now();
      },
    });
    const runAt = new Date(Date.now() + 1500);
    await queue.enqueue("later", { runAt });
    await queue.until(async () =>
      expect(await queue.job("later")).toMatchObject({ state: "done" }),
    );
    expect(ranAt).toBeGreaterThanOrEqual(runAt.getTime());
    expect(await queue.job("later")).toMatchObject({ attempts: 1 });
  });

  test("of jobs that wait, the more urgent goes first", async () => {
    const order: string[] = [];
    let finish = () => {};
    const blocked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    queue.relay();
    queue.worker({
      run: async ({ subjectId }) => {
        order.push(subjectId);
        if (subjectId === "first") await blocked;
      },
    });
    await queue.enqueue("first");
    await queue.until(() => expect(order).toEqual(["first"]));
    await queue.enqueue("some time", { priority: "background" });
    await queue.enqueue("usual");
    await queue.enqueue("now", { priority: "urgent" });
    await queue.until(async () => {
      const rows = await queue.db.select().from(jobs).orderBy(asc(jobs.id));
      expect(rows.every((row) => row.handedAt !== null)).toBe(true);
    });
    finish();
    await queue.until(() => expect(order).toHaveLength(4));
    expect(order).toEqual(["first", "now", "usual", "some time"]);
  });

  test("a worker that stops gives its job back, and another takes it up at once", async () => {
    queue.relay();
    const first = queue.worker({ run: (_, signal) => untilAborted(signal) });
    await queue.enqueue("handed over");
    await queue.until(async () =>
      expect(await queue.job("handed over")).toMatchObject({ state: "running" }),
    );
    await first.stop();
    expect(await queue.job("handed over")).toMatchObject({ state: "queued", attempts: 0 });
    const begun = Date.now();
    queue.worker({});
    await queue.until(async () =>
      expect(await queue.job("handed over")).toMatchObject({
        state: "done",
        attempts: 1,
        stalls: 0,
      }),
    );
    expect(Date.now() - begun).toBeLessThan(5000);
  });

  test("a paused job holds no slot, does not count as tried, and runs when the pause ends", async () => {
    let isPaused = true;
    let asked = 0;
    queue.relay();
    queue.worker(
      {},
      {
        isPaused: async () => {
          asked += 1;
          return isPaused;
        },
      },
    );
    await queue.enqueue("paused");
    await queue.until(() => expect(asked).toBeGreaterThan(1));
    expect(await queue.job("paused")).toMatchObject({ state: "queued", attempts: 0 });
    isPaused = false;
    await queue.until(async () =>
      expect(await queue.job("paused")).toMatchObject({ state: "done", attempts: 1 }),
    );
  });

  test("rows committed while no relay ran are handed over by the next one", async () => {
    queue.worker({});
    await queue.enqueue("committed");
    expect(await queue.job("committed")).toMatchObject({ state: "queued", handedAt: null });
    queue.relay();
    await queue.until(async () =>
      expect(await queue.job("committed")).toMatchObject({ state: "done" }),
    );
  });

  test("a relay that died after handing over, before noting it, doubles nothing", async () => {
    const broker = queue.broker();
    await queue.enqueue("noted late");
    const row = await queue.job("noted late");
    const offer = { data: { job_id: row?.id }, delayMs: 0, priority: 5 };
    await broker.add("proofs", [{ ...offer, id: `job-${row?.id}` }]);
    queue.relay();
    queue.worker({ run: (job) => queue.note(job.id, "a") });
    await queue.until(async () =>
      expect(await queue.job("noted late")).toMatchObject({ state: "done", attempts: 1 }),
    );
    expect(await queue.executions()).toBe(1);
  });

  test("kill -9 of a relay between handing over and noting it: the next one doubles nothing", async () => {
    for (let n = 0; n < 20; n += 1) await queue.enqueue(`handed ${n}`);
    await queue.db.transaction(async (tx) => {
      // Rows can be read and handed over, and not be noted.
      await tx.execute(sql`lock table jobs in share mode`);
      const relay = queue.process("relay");
      const waiting = sql`select count(*)::int as n from pg_locks
        where relation = 'jobs'::regclass and not granted`;
      await queue.until(async () => {
        const [row] = await queue.db.execute<{ n: number }>(waiting);
        expect(row?.n).toBe(1);
      });
      await relay.kill();
    });
    expect(await queue.db.$count(jobs, isNotNull(jobs.handedAt))).toBe(0);
    queue.relay();
    queue.worker({ run: (job) => queue.note(job.id, "a") }, { concurrency: 4 });
    const isDone = and(eq(jobs.state, "done"), eq(jobs.attempts, 1));
    await queue.until(async () => expect(await queue.db.$count(jobs, isDone)).toBe(20));
    expect(await queue.executions()).toBe(20);
  });

  test("a broker that forgets everything loses no job: waiting, delayed or running", async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    queue.relay();
    queue.worker({
      run: async (job) => {
        await queue.note(job.id, "a");
        if (job.subjectId === "running") await finished;
      },
    });
    await queue.enqueue("running");
    await queue.until(async () => expect(await queue.executions()).toBe(1));
    await queue.enqueue("waiting");
    await queue.enqueue("delayed", { runAt: new Date(Date.now() + 1500) });
    await queue.until(async () => {
      expect((await queue.job("waiting"))?.handedAt).toBeInstanceOf(Date);
      expect((await queue.job("delayed"))?.handedAt).toBeInstanceOf(Date);
    });
    await queue.forget();
    finish();
    for (const name of ["running", "waiting", "delayed"]) {
      await queue.until(async () =>
        expect(await queue.job(name)).toMatchObject({ state: "done", attempts: 1 }),
      );
    }
    expect(await queue.executions()).toBe(3);
  });

  test("kill -9 of a worker: its job is taken over when the lease has run out", async () => {
    queue.relay();
    const worker = queue.process("worker");
    await queue.enqueue("killed");
    await queue.until(async () => expect(await queue.executions()).toBe(1));
    await worker.kill();
    const killedAt = Date.now();
    queue.worker({ run: (job) => queue.note(job.id, "heir") });
    await queue.until(async () =>
      expect(await queue.job("killed")).toMatchObject({ state: "done", attempts: 2, stalls: 1 }),
    );
    expect(Date.now() - killedAt).toBeLessThan(5 * LEASE_MS);
    expect(await queue.executions()).toBe(2);
  });
});

describe.runIf(hasRedis)("the queue on a Redis that is killed", () => {
  let queue: QueueHarness;
  beforeAll(async () => {
    queue = await QueueHarness.open("redis");
  });
  afterEach(() => queue.end());
  afterAll(() => queue.close());

  test("kill -9 of Redis: workers and relays come back by themselves, and no job is lost", async () => {
    queue.relay();
    queue.worker({ run: (job) => queue.note(job.id, "a") }, { concurrency: 2 });
    for (let n = 0; n < 10; n += 1) await queue.enqueue(`before ${n}`);
    await queue.redis?.crash();
    for (let n = 0; n < 10; n += 1) await queue.enqueue(`after ${n}`);
    const isDone = eq(jobs.state, "done");
    await queue.until(async () => expect(await queue.db.$count(jobs, isDone)).toBe(20));
    expect(await queue.executions()).toBe(20);
  });
});
