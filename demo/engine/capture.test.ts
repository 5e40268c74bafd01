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
