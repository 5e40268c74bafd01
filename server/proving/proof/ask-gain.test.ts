import { describe, expect, it } from "vitest";
import type { EarlierVerdict } from "../earlier-verdict";
import { candidate } from "../testing/candidates";
import { askGain } from "./ask-gain";
import { orderCandidates } from "./order-candidates";

const index = (column: string) =>
  candidate({ kind: "add_index", table: "projects", column }, [column]);
const [status, name, date] = [index("status"), index("project_name"), index("creation_date")];
const earlier = new Map<string, EarlierVerdict>([
  [status.candidate_id, "suggested"],
  [name.candidate_id, "rejected"],
]);
const asked = (...changes: (typeof status)[]) => askGain({ gainMin: 0.1, earlier }, changes);

describe("the gain asked", () => {
  it("is less for what the last proof suggested, more for what it rejected, and says why", () => {
    expect(asked(status)).toEqual({
      gainMin: 0.05,
      usual: 0.1,
      why: expect.stringContaining("suggested it"),
    });
    expect(asked(name).gainMin).toBeCloseTo(0.15);
    expect(asked(name).why).toContain("rejected it");
  });
  it("is the usual one for what the last proof did not judge", () => {
    expect(asked(date)).toEqual({ gainMin: 0.1, usual: 0.1, why: null });
    expect(asked()).toEqual({ gainMin: 0.1, usual: 0.1, why: null });
  });
  it("of several is less when all were suggested, more when one was rejected", () => {
    expect(asked(status, date)).toEqual({ gainMin: 0.1, usual: 0.1, why: null });
    expect(asked(status, name).gainMin).toBeCloseTo(0.15);
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
