import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProofEvent, ProofResult } from "@/server/contracts";
import { byDate, byName, candidate } from "./testing/candidates";
import { createTestProduct, type TestProduct } from "./testing/product";
import { proveProduct } from "./testing/prove-product";
import { createTestClock, type TestClock } from "./testing/test-clock";
import type { ProofInput } from "./types";

// Clear cases: an index that finds one row of all, an order that skips most row groups.
const QUERIES = [byName(), byDate({ calls: 500 })];
const BY_NAME = candidate({ kind: "add_index", table: "projects", column: "project_name" }, [
  "by-name",
]);
const BY_DATE = candidate({ kind: "cluster_table", table: "projects", keys: ["creation_date"] }, [
  "by-date",
]);
const BEST = [BY_NAME.candidate_id, BY_DATE.candidate_id].sort();
// It pays for no query, and is rejected with ample time or without.
const BY_YEARS = candidate({ kind: "add_index", table: "projects", column: "maturity_years" }, []);

let folder: string;
let source: TestProduct;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "runner-"));
  source = await createTestProduct(260_000);
});
afterAll(() => {
  source.close();
  rmSync(folder, { recursive: true, force: true });
});

type Check = NonNullable<ProofInput["completion"]>["check"];

const SECONDS_MAX = 60;
/** What a candidate takes on a busy machine: one fits into the budget, the second is cut off. */
const BUSY_MS = 30_000;
/** When the first advice is published. */
const ADVICE_MS = 2 * BUSY_MS;

const suggested = ({ accepted }: ProofResult) =>
  accepted.map((one) => one.candidate.candidate_id).sort();

interface Told {
  events: ProofEvent[];
  /** What was published: ids, whether it was the last time, and what had changed. */
  advice: { ids: string[]; isComplete: boolean; note: string | null }[];
}

/** Events from the first advice on, by kind. */
const kindsAfterAdvice = ({ events }: Told) => {
  const kinds = events.map(({ kind }) => kind);
  return kinds.slice(kinds.indexOf("advice_published") + 1);
};

const startedIn = ({ events }: Told) =>
  events.flatMap((one) => (one.kind === "candidate_started" ? [one.candidate_id] : []));

/** A proof whose budget ends after one candidate; then `check` decides whether the search goes on. */
async function proveWhenBusy(
  check: Check | null,
  { clock = createTestClock(), ...changes }: Partial<ProofInput> & { clock?: TestClock } = {},
): Promise<Told & { result: ProofResult }> {
  const told: Told = { events: [], advice: [] };
  const completion = check === null ? null : { secondsMax: Number.POSITIVE_INFINITY, check };
  const result = await proveProduct(
    source,
    folder,
    changes.candidates ?? [BY_NAME, BY_DATE],
    {
      ...{ queries: QUERIES, secondsMax: SECONDS_MAX, completion },
      onEvent: (event) => {
        told.events.push(event);
        if (event.kind === "candidate_started" && told.advice.length === 0) clock.advance(BUSY_MS);
      },
      onAdvice: async (found, update) => {
        told.advice.push({ ids: suggested(found), ...update });
        return "continue";
      },
      ...changes,
    },
    clock,
  );
  return { ...told, result };
}

/** Answers in turn; the last of them for ever. */
function answering(...answers: Awaited<ReturnType<Check>>[]): Check {
  let asked = 0;
  return async () => answers[Math.min(asked++, answers.length - 1)] ?? "continue";
}

describe("a proof whose budget ends before everything was measured", () => {
  it("publishes what it found, and completes it until nothing is untested", async () => {
    const told = await proveWhenBusy(answering("continue"));
    expect(told.advice[0]).toEqual({
      ids: [BY_NAME.candidate_id],
      ...{ isComplete: false, note: null },
    });
    expect(told.events.find((one) => one.kind === "time_budget_ended")).toMatchObject({
      not_reached: [BY_DATE.candidate_id],
    });
    expect(told.advice.at(-1)).toMatchObject({ ids: BEST, isComplete: true });
    const notes = told.advice.flatMap(({ note }) => note ?? []);
    expect(notes).toEqual([expect.stringContaining(`Added: “${BY_DATE.title}”`)]);
    const codes = told.result.alternatives.map(({ verdict }) => verdict.code);
    expect(codes).not.toContain("not_reached");
  });

  it("advises after its completion what it advises with ample time", async () => {
    const candidates = [BY_NAME, BY_DATE, BY_YEARS];
    const check = answering("pause", "continue", "pause", "pause", "continue");
    const busy = await proveWhenBusy(check, { candidates });
    const ample = await proveWhenBusy(null, { candidates, onEvent: () => {} });
    expect(busy.advice[0]?.ids).toEqual([BY_NAME.candidate_id]);
    expect(ample.advice).toHaveLength(1);
    expect(suggested(busy.result)).toEqual(suggested(ample.result));
    expect(suggested(ample.result)).toEqual(BEST);
    const rejected = ({ alternatives }: ProofResult) =>
      alternatives.map((one) => [one.candidate.candidate_id, one.verdict.is_accepted]);
    expect(rejected(busy.result)).toEqual(rejected(ample.result));
  });

  it("measures on request only what was not reached", async () => {
    const first = await proveWhenBusy(null);
    expect(first.advice).toEqual([{ ids: [BY_NAME.candidate_id], isComplete: true, note: null }]);
    const { accepted, alternatives } = first.result;
    // Two more minutes, of which the candidate takes half a minute.
    const remembered = [...accepted, ...alternatives];
    const continued = await proveWhenBusy(null, { remembered, secondsMax: 120 });
    expect(startedIn(continued)).toEqual([BY_DATE.candidate_id]);
    expect(suggested(continued.result)).toEqual(BEST);
  });
});

describe("a search that goes on after the advice", () => {
  it("measures nothing while the product or the machine is busy, and pauses cost no time", async () => {
    const clock = createTestClock();
    const told = await proveWhenBusy(answering("pause", "pause", "pause", "continue"), { clock });
    const after = told.events.slice(
      told.events.findIndex((one) => one.kind === "advice_published") + 1,
    );
    const [paused, resumed, next] = after;
    expect(paused).toMatchObject({ kind: "paused", at_ms: ADVICE_MS });
    expect(resumed).toMatchObject({ kind: "resumed", at_ms: ADVICE_MS, paused_ms: 6000 });
    expect(next).toMatchObject({ kind: "candidate_started", candidate_id: BY_DATE.candidate_id });
    expect(after.filter(({ kind }) => kind === "paused")).toHaveLength(1);
    expect(told.events.at(-1)).toMatchObject({ at_ms: ADVICE_MS });
    expect(clock.nowMs()).toBe(ADVICE_MS + 6000);
  });

  it("is asked again before each step", async () => {
    const told = await proveWhenBusy(answering("continue", "pause", "continue"));
    expect(kindsAfterAdvice(told).slice(0, 5)).toEqual([
      ...["candidate_started", "candidate_measured", "candidate_accepted"],
      ...["paused", "resumed"],
    ]);
    expect(told.advice.at(-1)).toMatchObject({ ids: BEST, isComplete: true });
  });

  it.each([
    { when: "at once", answers: ["stop"], kinds: ["stopped"] },
    { when: "in a pause", answers: ["pause", "stop"], kinds: ["paused", "resumed", "stopped"] },
  ] as const)("ends when somebody decided, $when", async ({ answers, kinds }) => {
    const told = await proveWhenBusy(answering(...answers));
    expect(kindsAfterAdvice(told)).toEqual(kinds);
    expect(told.advice).toHaveLength(1);
    expect(suggested(told.result)).toEqual([BY_NAME.candidate_id]);
  });

  it("publishes what it found before it gives way to another proof", async () => {
    const told = await proveWhenBusy(answering("continue", "yield"));
    expect(kindsAfterAdvice(told)).toEqual([
      ...["candidate_started", "candidate_measured", "candidate_accepted", "stopped"],
    ]);
    expect(told.advice).toHaveLength(2);
    expect(told.advice[1]).toMatchObject({ isComplete: false });
    const verdicts = [...told.result.accepted, ...told.result.alternatives];
    const remembered = verdicts.filter(({ evidence }) => evidence !== null);
    expect(remembered).toHaveLength(2);
    const resumed = await proveWhenBusy(answering("continue"), { remembered });
    expect(startedIn(resumed)).toEqual([]);
    expect(resumed.advice.at(-1)).toMatchObject({ ids: BEST, isComplete: true });
  });

  it("ends when the decision is found as the advice is published", async () => {
    const told = await proveWhenBusy(answering("continue"), { onAdvice: async () => "stop" });
    expect(kindsAfterAdvice(told)).toEqual(["stopped"]);
  });

  it("ends when its time does, with what it has", async () => {
    const check = answering("continue");
    const told = await proveWhenBusy(check, { completion: { secondsMax: SECONDS_MAX, check } });
    expect(told.advice).toEqual([{ ids: [BY_NAME.candidate_id], isComplete: true, note: null }]);
    expect(told.result.alternatives.at(-1)?.verdict.code).toBe("not_reached");
  });

  it("throws the signal's reason when it is aborted in a pause, and leaves nothing behind", async () => {
    const controller = new AbortController();
    const proof = proveWhenBusy(
      async () => {
        controller.abort(new Error("shutting down"));
        return "pause";
      },
      { signal: controller.signal },
    );
    await expect(proof).rejects.toThrow("shutting down");
    expect(existsSync(path.join(folder, "work"))).toBe(false);
  });
});
