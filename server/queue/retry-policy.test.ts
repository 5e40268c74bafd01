import { describe, expect, it } from "vitest";
import { retryDelaySeconds } from "./retry-policy";

const delay = (attempts: number, random = 1) =>
  retryDelaySeconds("execute", { attempts, code: "product_unreachable" }, () => random);

describe("retryDelaySeconds", () => {
  it("doubles with each attempt, up to a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 100].map((n) => delay(n))).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it("takes up to half of the delay away, so that what failed together comes back apart", () => {
    expect([0, 0.5, 1].map((random) => delay(3, random))).toEqual([4, 6, 8]);
  });

  it("gives a proof three attempts, whatever failed", () => {
    for (const code of ["internal", "product_unreachable", "conflict"] as const) {
      const after = [1, 2, 3].map((attempts) => retryDelaySeconds("prove", { attempts, code }));
      expect(after.map((seconds) => seconds !== null)).toEqual([true, true, false]);
    }
  });

  it("asks a silent product for the outcome of an execution for about a day, no longer", () => {
    expect(delay(1439)).toBe(60);
    expect(delay(1440)).toBeNull();
  });

  it("bounds a verification, silent product or not", () => {
    const verify = (attempts: number, code: "internal" | "product_unreachable") =>
      retryDelaySeconds("verify", { attempts, code });
    expect(verify(5, "internal")).toBeNull();
    expect(verify(10, "product_unreachable")).toBeNull();
  });

  it("does not repeat a proof whose time went by while the product did not answer", () => {
    const next = (kind: "prove" | "execute") =>
      retryDelaySeconds(kind, { attempts: 1, code: "product_timeout" }, () => 1);
    expect([next("prove"), next("execute")]).toEqual([null, 2]);
  });

  it("does not repeat what another attempt cannot mend", () => {
    for (const code of ["not_executable", "misconfigured", "not_found"] as const) {
      expect(retryDelaySeconds("execute", { attempts: 1, code })).toBeNull();
    }
  });
});
