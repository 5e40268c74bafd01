import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EarlierVerdict } from "./judge";
import { byDate, candidate } from "./testing/candidates";
import { createTestProduct, type TestProduct } from "./testing/product";
import { proveProduct } from "./testing/prove-product";

const RANGE = byDate();
/** What is near a threshold is measured again for a share of this: it need not be long. */
const SECONDS_MAX = 30;
/** Eight short proofs; a busy machine must not cut them short. */
const TIMEOUT_MS = 120_000;
// Meant for no query of its own: the whole workload's gain alone decides.
const ORDER = candidate({ kind: "cluster_table", table: "projects", keys: ["creation_date"] }, []);

let folder: string;
let source: TestProduct;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "proving-again-"));
  source = await createTestProduct(260_000);
});
afterAll(() => {
  source.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The one candidate, proved again; `last` is what the last proof said of it. */
async function prove(gainMin: number, last?: EarlierVerdict) {
  const earlier = new Map(last === undefined ? [] : [[ORDER.candidate_id, last] as const]);
  const result = await proveProduct(source, folder, [ORDER], {
    queries: [RANGE],
    secondsMax: SECONDS_MAX,
    gainMin,
    earlier,
  });
  const [proved] = [...result.accepted, ...result.alternatives];
  if (proved?.evidence?.basis !== "measured") throw new Error("no measurement");
  return { ...proved.verdict, gain: proved.evidence.workload.gain.value };
}

it(
  "keeps what the last proof said while the gain is about what is asked",
  async () => {
    const { gain } = await prove(0.01);
    expect(await prove(gain * 1.4)).toMatchObject({ code: "gain_below_threshold" });
    const kept = await prove(gain * 1.4, "suggested");
    expect(kept).toMatchObject({ code: "passed", reason: expect.stringContaining("suggested it") });
    expect(await prove(gain * 0.8)).toMatchObject({ code: "passed" });
    const out = await prove(gain * 0.8, "rejected");
    expect(out.code).toBe("gain_below_threshold");
    expect(out.reason).toContain("rejected it: half as much again");
  },
  TIMEOUT_MS,
);
it(
  "says something else once the difference is clear",
  async () => {
    const { gain } = await prove(0.01, "rejected");
    expect(gain).toBeGreaterThan(0.015);
    expect(await prove(0.01, "rejected")).toMatchObject({ code: "passed" });
    expect(await prove(1.99, "suggested")).toMatchObject({ code: "gain_below_threshold" });
  },
  TIMEOUT_MS,
);
