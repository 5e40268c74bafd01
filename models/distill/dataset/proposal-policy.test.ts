import { describe, expect, it } from "vitest";
import type { OpinionInput } from "@/server/inference/tasks";
import { type Intent, rightOpinion } from "./proposal-policy";

const INPUT: OpinionInput = {
  proposal: {
    ...{ operation: "add_column", table: "orders", column: "total", type: "VARCHAR" },
    ...{ is_required: true, has_default: false, description: "", purpose: "", sender_domain: "x" },
  },
  facts: {
    ...{ table_exists: true, column_exists: false, existing_type: null, rows: 10 },
    ...{ consumers: 0, dependents: 0, similar: [] },
  },
};
const FITS: Intent = { isPersonal: false, typeFits: true, purpose: "suits", isDuplicate: false };

const reasonOf = (intent: Partial<Intent>, input = INPUT): string =>
  rightOpinion({ ...FITS, ...intent }, input).reason;

describe("the policy over meaning", () => {
  it("weighs meaning before the missing default", () => {
    expect(reasonOf({})).toBe("required_without_default");
    expect(reasonOf({ typeFits: false })).toBe("type_mismatch");
    expect(reasonOf({ isDuplicate: true, typeFits: false })).toBe("duplicate_column");
    expect(reasonOf({ purpose: "vague", isDuplicate: true })).toBe("unclear_purpose");
    expect(reasonOf({ purpose: "contradicts" })).toBe("purpose_mismatch");
  });

  it("takes personal data in on a legal ground only", () => {
    expect(reasonOf({ isPersonal: true })).toBe("sensitive_data");
    expect(reasonOf({ isPersonal: true, purpose: "legal" })).toBe("required_without_default");
  });

  it("asks first whether the target exists", () => {
    const facts = { ...INPUT.facts, table_exists: false };
    expect(reasonOf({ isPersonal: true }, { ...INPUT, facts })).toBe("unknown_target");
  });

  it("accepts a narrower type that the meaning fits", () => {
    const input: OpinionInput = {
      proposal: { ...INPUT.proposal, operation: "change_type", type: "DATE" },
      facts: { ...INPUT.facts, column_exists: true, existing_type: "VARCHAR" },
    };
    expect(reasonOf({}, input)).toBe("fits");
    expect(reasonOf({ typeFits: false }, input)).toBe("lossy_type");
  });
});
