import { describe, expect, it } from "vitest";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import { orderCandidates } from "../search";
import { candidate } from "../testing/candidates";
import type { EarlierVerdict } from ".";
import { judgeBy, requiredGain } from ".";

const index = (column: string) =>
  candidate({ kind: "add_index", table: "projects", column }, [column]);
const [status, name, date] = [index("status"), index("project_name"), index("creation_date")];
const earlier = new Map<string, EarlierVerdict>([
  [status.candidate_id, "suggested"],
  [name.candidate_id, "rejected"],
]);
const required = (...changes: (typeof status)[]) =>
  requiredGain({ gainMin: 0.1, earlier }, changes);

describe("the gain required", () => {
  it("is less for what the last proof suggested, more for what it rejected, and says why", () => {
    expect(required(status)).toMatchObject({
      gainMin: 0.05,
      usual: { gainMin: 0.1 },
      why: expect.stringContaining("suggested it"),
    });
    expect(required(name).gainMin).toBeCloseTo(0.15);
    expect(required(name).why).toContain("rejected it");
  });
  it("is the usual one for what the last proof did not judge", () => {
    expect(required(date)).toMatchObject({ gainMin: 0.1, why: null });
    expect(required()).toMatchObject({ gainMin: 0.1, why: null });
  });
  it("of several is less when all were suggested, more when one was rejected", () => {
    expect(required(status, date)).toMatchObject({ gainMin: 0.1, why: null });
    expect(required(status, name).gainMin).toBeCloseTo(0.15);
  });
  it("is more for a kind of change that executions have taught about, on top of all else", () => {
    const learned = new Map([
      ["add_index" as const, { factor: 1.5, why: "Two were rolled back." }],
    ]);
    const taught = (...changes: (typeof status)[]) =>
      requiredGain({ gainMin: 0.1, earlier, learned }, changes);
    expect(taught(date).gainMin).toBeCloseTo(0.15);
    expect(taught(date)).toMatchObject({ usual: { gainMin: 0.1 }, why: "Two were rolled back." });
    expect(taught(status).gainMin).toBeCloseTo(0.075);
    expect(taught(name).gainMin).toBeCloseTo(0.225);
    expect(taught(name).why).toMatch(/rejected it.*Two were rolled back/);
    const other = new Map([["cluster_table" as const, { factor: 2, why: "" }]]);
    expect(requiredGain({ gainMin: 0.1, earlier, learned: other }, [date])).toMatchObject({
      ...{ gainMin: 0.1, why: null },
    });
    // Between the usual gain and the learned one, the verdict is rejected and says why.
    const evidence = evidenceOf([queryEvidenceOf("q", 0.12)]);
    expect(judgeBy(evidence, requiredGain({ gainMin: 0.1, earlier }, [date]), {}).code).toBe(
      "passed",
    );
    const verdict = judgeBy(evidence, taught(date), {});
    expect(verdict).toMatchObject({ code: "gain_below_threshold", is_accepted: false });
    expect(verdict.reason).toContain("Two were rolled back.");
  });
  it("is more for what would take the place of a suggestion, unless it was suggested itself", () => {
    const replacing = (change: typeof status, excluded: typeof status) =>
      requiredGain({ gainMin: 0.1, earlier }, [change], [excluded]);
    expect(replacing(date, status).gainMin).toBeCloseTo(0.15);
    expect(replacing(date, status).why).toContain("would replace");
    expect(replacing(date, name).gainMin).toBe(0.1);
    expect(replacing(status, status).gainMin).toBe(0.05);
  });
});

describe("the slowdown allowed", () => {
  // Half of the workload's time is saved; one query is 4 % slower, surely: both sides have one shape.
  const slower = queryEvidenceOf("other", -0.04, { is_targeted: false });
  const evidence = evidenceOf([queryEvidenceOf("target", 0.9), slower]);
  it("is 5 % of a query, also for what was suggested; half of it for what was rejected", () => {
    expect(judgeBy(evidence, required(date), {}).code).toBe("passed");
    expect(judgeBy(evidence, required(status), {}).code).toBe("passed");
    const rejected = judgeBy(evidence, required(name), {});
    expect(rejected.code).toBe("regresses_query");
    expect(rejected.reason).toContain("half the slowdown allowed");
    const plain = evidenceOf([
      queryEvidenceOf("target", 0.9),
      queryEvidenceOf("other", -0.08, { is_targeted: false }),
    ]);
    expect(judgeBy(plain, required(status), {}).code).toBe("regresses_query");
  });
});

describe("the order of proofs", () => {
  it("begins with what the last proof suggested, so that no lack of time takes it back", () => {
    const candidates = [name, date, index("total_amount"), index("maturity_years"), status];
    const order = orderCandidates({ candidates, queries: [], earlier });
    expect(order[0]).toBe(status);
    expect(order.slice(1, 4)).toEqual(candidates.slice(0, 3));
    expect(new Set(order)).toEqual(new Set(candidates));
  });
});
