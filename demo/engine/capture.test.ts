import { expect, test } from "vitest";
import type { NormalizedQuery } from "@/server/workload";
import { QueryCapture } from "./capture";

/** A shape for each text; the last word is a literal. */
const normalize = async (sql: string): Promise<NormalizedQuery> => {
  if (sql === "unreadable") throw new Error("no parser takes this");
  const words = sql.split(" ");
  const value = words.pop() ?? "";
  const text = `${words.join(" ")} $1 $2`;
  return {
    fingerprint: text,
    sql: text,
    kind: "select",
    isParsed: true,
    parameters: [
      { from: "literal", value },
      { from: "parameter", index: 1 },
    ],
  };
};
const T0 = Date.UTC(2026, 0, 1);
const call = (sql: string, at: number, latencyMs = 1, parameters = ["p"]) => ({
  sql,
  at,
  latencyMs,
  parameters,
});

test("parameters of the normalized text come from literals and from what was sent", async () => {
  const capture = new QueryCapture(normalize);
  capture.record(call("q x", T0, 4, ["sent"]));
  const { patterns } = await capture.snapshot("p", new Date(T0));
  expect(patterns[0]?.parameter_samples).toEqual([["x", "sent"]]);
});

test("counts and latencies are those since the instant, samples and latencies are bounded", async () => {
  const capture = new QueryCapture(normalize);
  for (let n = 0; n < 1000; n++) capture.record(call(`q ${n}`, T0 + n * 1000, n));
  const late = (await capture.snapshot("p", new Date(T0 + 900_000))).patterns[0];
  expect(late).toMatchObject({ calls: 100, mean_ms: 949.5, median_ms: 949.5 });
  const all = (await capture.snapshot("p", new Date(T0))).patterns[0];
  expect(all).toMatchObject({ calls: 1000, mean_ms: 499.5 });
  expect(all?.latencies_ms).toHaveLength(500);
  expect(all?.parameter_samples).toHaveLength(20);
  expect(all?.parameter_samples?.at(-1)).toEqual(["999", "p"]);
  expect((await capture.snapshot("p", new Date(T0 + 1_000_000))).patterns).toEqual([]);
});

test("what does not fit, or cannot be read, is counted as dropped", async () => {
  const capture = new QueryCapture(normalize, 2);
  for (const sql of ["a 1", "b 1", "c 1", "c 2", "a 2", "unreadable"])
    capture.record(call(sql, T0));
  const workload = await capture.snapshot("p", new Date(T0));
  expect(workload.patterns.map((pattern) => pattern.calls).sort()).toEqual([1, 2]);
  expect(workload.dropped_calls).toBe(3);
  expect((await capture.snapshot("p", new Date(T0 + 120_000))).dropped_calls).toBe(0);
});

test("windows that follow each other count every dropped call once", async () => {
  const capture = new QueryCapture(normalize, 0);
  const windows = [0, 5000, 10_000];
  for (const from of windows) {
    for (let n = 0; n < 3; n++) capture.record(call("a 1", T0 + from + n * 1000));
    const { dropped_calls } = await capture.snapshot("p", new Date(T0 + from));
    expect(dropped_calls).toBe(3);
  }
  for (let n = 0; n < 6000; n++) {
    capture.record(call("a 1", T0 + 20_000 + n));
    if (n % 1000 === 0) await capture.settled();
  }
  expect((await capture.snapshot("p", new Date(T0))).dropped_calls).toBe(6009);
});

/** A clock that goes on when it is told, and may be set back. */
function testClock() {
  let at = T0;
  const pass = (ms: number) => {
    at += ms;
  };
  return { now: () => at, pass };
}

test("a call that spans polls is told once, with the window in which it ends", async () => {
  const clock = testClock();
  const capture = new QueryCapture(normalize, 10, clock.now);
  const poll = async (since: string) => capture.snapshot("p", new Date(since));
  const first = await poll(new Date(0).toISOString());
  clock.pass(5);
  const second = await poll(first.until);
  capture.record(call("q 1", capture.stamp()));
  const third = await poll(second.until);
  const fourth = await poll(third.until);
  const told = [first, second, third, fourth].map(({ patterns }) => patterns[0]?.calls ?? 0);
  expect(told).toEqual([0, 0, 1, 0]);
});

test("a call that ends while the calls before it are normalized is of the next window", async () => {
  const clock = testClock();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = async (sql: string) => {
    await held;
    return normalize(sql);
  };
  const capture = new QueryCapture(slow, 10, clock.now);
  capture.record(call("q 1", capture.stamp()));
  const first = capture.snapshot("p", new Date(T0));
  capture.record(call("q 2", capture.stamp()));
  release();
  expect((await first).patterns[0]?.calls).toBe(1);
  const next = await capture.snapshot("p", new Date((await first).until));
  expect(next.patterns[0]?.calls).toBe(1);
});

test.each([1, 2, 3])(
  "windows that follow each other tell every call once, whatever overlaps (%i)",
  async (seed) => {
    let state = seed;
    const draw = (below: number) => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((state / 2_147_483_648) * below);
    };
    const clock = testClock();
    const capture = new QueryCapture(normalize, 2, clock.now);
    const told = new Map<string, number>();
    const add = (name: string, calls: number) => told.set(name, (told.get(name) ?? 0) + calls);
    let since = new Date(0);
    const poll = async () => {
      const { patterns, dropped_calls, until } = await capture.snapshot("p", since);
      for (const { sql, calls } of patterns) add(sql, calls);
      add("dropped", dropped_calls);
      since = new Date(until);
    };
    const counts = [0, 0, 0];
    for (let n = 0; n < 30_000; n++) {
      // Many calls share an instant, and the machine's clock is set back at times.
      clock.pass([0, 0, 0, 1, 30, -20][draw(6)] ?? 0);
      const shape = draw(3);
      counts[shape] = (counts[shape] ?? 0) + 1;
      capture.record(call(`${"abc"[shape]} ${n}`, capture.stamp()));
      if (draw(1500) === 0) void capture.snapshot("p", new Date(clock.now() - draw(60_000)));
      if (draw(2500) === 0) await poll();
    }
    await poll();
    await poll();
    const [kept = 0, other = 0, third = 0] = ["a $1 $2", "b $1 $2", "c $1 $2"].map(
      (name) => told.get(name) ?? 0,
    );
    expect(kept + other + third + (told.get("dropped") ?? 0)).toBe(30_000);
    expect([...told.keys()]).toContain("dropped");
    expect(Math.max(kept, other, third)).toBeGreaterThan(3000);
  },
);
