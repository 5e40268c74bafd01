import { describe, expect, it } from "vitest";
import { query } from "../../testing/candidates";
import { DuckDbError } from "../errors";
import type { Session } from "../shadow";
import { measurePairs, sameText } from "./measure-pairs";
import type { Replay } from "./prepare-replay";
import { QueryFailure } from "./query-failure";

const TEXTS = ["SELECT 1", "SELECT 2", "SELECT 3"];
const RULE = { pairsMin: 5, pairsMax: 40, gainMin: 0.15, regressionMin: 0.05, seed: 1 };

function replay(): Replay {
  return {
    query: query("f", "SELECT $1", []),
    sets: [[1], [2], [3]],
    texts: TEXTS,
    baselineMs: 100,
    baselineProfile: { rowsScanned: 1, plan: [] },
    baselineSums: [],
    isOrderBound: false,
  };
}

/** Only times are asked of it. */
function session(time: (sql: string) => number): Session {
  const refuse = () => Promise.reject(new Error("not asked here"));
  return {
    run: refuse,
    rows: refuse,
    describe: refuse,
    time: async (sql) => time(sql),
    close() {},
  };
}

/** Two equal sides of 10 ms but for what is given; `remaining` is asked before each step. */
function measure(given: { candidate?: Session; remaining?: () => number; confirmMs?: number }) {
  return measurePairs({
    baseline: session(() => 10),
    candidate: given.candidate ?? session(() => 10),
    replays: [sameText(replay())],
    ruleFor: () => RULE,
    confirmMs: given.confirmMs ?? 0,
    isTimeUp: () => false,
    remainingMs: given.remaining ?? (() => 1000),
    signal: new AbortController().signal,
    onPairs: () => {},
  });
}

describe("replaying in pairs", () => {
  it("names the query that fails on the candidate's side with a parameter set of its own", async () => {
    const candidate = session((sql) => {
      if (sql === "SELECT 3") throw new DuckDbError(new Error("Conversion Error: 'abc'\n at cast"));
      return 10;
    });
    const failed = measure({ candidate });
    await expect(failed).rejects.toBeInstanceOf(QueryFailure);
    await expect(failed).rejects.toMatchObject({ message: "Conversion Error: 'abc'" });
  });

  it("keeps what was measured when the time ends after the minimum", async () => {
    // Losing by 20 %, with noise: more pairs would be taken.
    let calls = 0;
    const candidate = session(() => (calls++ % 2 === 0 ? 8 : 16));
    const remaining = () => (calls > RULE.pairsMin ? 0 : 1000);
    const [samples] = await measure({ candidate, remaining });
    expect(samples?.before.length).toBe(samples?.after.length);
    expect(samples?.before.length).toBeGreaterThanOrEqual(RULE.pairsMin);
    expect(samples?.before.length).toBeLessThan(RULE.pairsMax);
  });

  it("looks again at a large gain that the noise leaves unsure, as often as is cheap", async () => {
    // A third of the time saved at the median, in some pairs nothing: more than 15 %, not surely.
    const times = [3, 10, 4, 9, 2, 8, 6, 7];
    let calls = 0;
    const candidate = session(() => times[calls++ % times.length] ?? 0);
    const [once] = await measure({ candidate });
    const [again] = await measure({ candidate, confirmMs: 100_000 });
    expect(once?.before.length).toBe(RULE.pairsMax + 5);
    expect(again?.before.length).toBe(5 * RULE.pairsMax);
    // A gain that is sure needs no second look.
    const [sure] = await measure({ candidate: session(() => 2), confirmMs: 100_000 });
    expect(sure?.before.length).toBe(RULE.pairsMin);
  });

  it("has no result without the minimum", async () => {
    let asked = 0;
    await expect(measure({ remaining: () => 3 - asked++ })).rejects.toMatchObject({
      code: "timeout",
    });
  });

  it("tells an abort by its own reason, not as the query's failure", async () => {
    const reason = new Error("stopped by the user");
    const abort = new AbortController();
    const candidate = session(() => {
      abort.abort(reason);
      throw new Error("INTERRUPT Error");
    });
    const pairs = measurePairs({
      baseline: session(() => 10),
      candidate,
      replays: [sameText(replay())],
      ruleFor: () => RULE,
      confirmMs: 0,
      isTimeUp: () => false,
      remainingMs: () => 1000,
      signal: abort.signal,
      onPairs: () => {},
    });
    await expect(pairs).rejects.toBe(reason);
  });
});
