import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { ClockProvider } from "@/components/common/clock";
import { type ApprovalStatus, Policy } from "@/server/contracts";
import { describeCondition, describeDemand } from "./describe-policy";
import { countOf, newRule, newWindow, parsePatterns, withCount } from "./draft";
import { findFaults } from "./draft-faults";
import { Needs } from "./policy-needs";

const AT = "2026-03-04T12:00:00.000Z";

const status: ApprovalStatus = {
  ...{ suggestion_id: "sugg-000001", state: "pending", policy_version: 2, item_ids: ["item-1"] },
  evaluation: {
    rules: ["Orders"],
    chain: {
      steps: [
        { role: "reviewer", count: 1, given: 1 },
        { role: "operator", count: 1, given: 0 },
      ],
      ...{ required: 2, given: 1, is_complete: false },
      ...{ requester_may_approve: true, needs_acknowledgement: false },
      approvals: [
        { by: "rita@test", role: "reviewer", why_not: null, comment: "measured well", at: AT },
        { by: "bob@test", role: null, why_not: "Not needed.", comment: "", at: AT },
      ],
    },
    window: { is_open: false, opens_at: null, description: "Sat 02:00–04:00 (UTC)" },
    ...{ expires_after_hours: null, reminder: null },
    auto_approval: { mode: "off", is_within_limits: false, is_approving: false, reasons: [] },
    summary: "1 of 2 approvals; an operator is still needed.",
    reasons: ["Every change needs a reviewer.", "“Orders” applies: it asks for an operator."],
  },
  is_stopped: false,
  you: { can_approve: false, why_not: "You have approved this." },
};

const textOf = (given: ApprovalStatus) =>
  renderToStaticMarkup(
    <ClockProvider renderedAtMs={Date.parse(AT)}>
      <Needs status={given} />
    </ClockProvider>,
  )
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

test("a suggestion says which approvals it has, which it needs, and why", () => {
  const text = textOf(status);
  expect(text).toContain("Needs: 1 of 2 approvals; an operator is still needed.");
  expect(text).toContain("0 of 1 operator");
  expect(text).toContain("rita@test as reviewer");
  expect(text).toContain("measured well");
  expect(text).toContain("bob@test does not count: Not needed.");
  expect(text).toContain("does not open within five weeks");
  expect(text).toContain("You have approved this.");
  expect(text).toContain("“Orders” applies");
});

const policyWith = (...rules: Policy["rules"]): Policy =>
  Policy.parse({
    base: { approvals: [{ role: "reviewer", count: 1 }] },
    ...{ rules, auto_approval: { mode: "off" } },
  });

test("a form's counts become steps, and nothing asked for leaves none", () => {
  const { base } = policyWith();
  const two = withCount(base, "operator", 2);
  expect(two.approvals).toEqual([
    { role: "reviewer", count: 1 },
    { role: "operator", count: 2 },
  ]);
  expect(countOf(two, "operator")).toBe(2);
  expect(withCount(two, "reviewer", 0).approvals).toEqual([{ role: "operator", count: 2 }]);
});

test("faults of a draft name the rule and the field", () => {
  const rule = { ...newRule("Orders"), windows: [{ ...newWindow("Nowhere/City"), from: "9" }] };
  const policy = policyWith();
  const draft = {
    ...policy,
    base: withCount(policy.base, "reviewer", 0),
    rules: [rule, { ...newRule("") }],
  };
  expect(findFaults(draft)).toEqual([
    "base: At least one approval is asked of every change.",
    "“Orders”, windows, 1, time zone: must be an IANA time zone such as Europe/Berlin",
    "“Orders”, windows, 1, from: must be a time of day such as 02:30",
    expect.stringMatching(/^“rule 2”, name: /),
  ]);
  expect(findFaults(policy)).toEqual([]);
});

test("patterns are read from a list, and empty parts are nothing", () => {
  expect(parsePatterns(" orders, ,cust* ,")).toEqual(["orders", "cust*"]);
  expect(parsePatterns(" , ")).toBeUndefined();
});

test("a rule is told in words: its changes and its demands", () => {
  const rule = {
    ...newRule("Orders"),
    when: { risk: ["high" as const], tables: ["orders"], coverage_below: 0.5 },
    windows: [newWindow("UTC")],
    expires_after_hours: 12,
  };
  expect(describeCondition(rule.when)).toBe(
    "Changes of high risk, table orders and coverage below 50%",
  );
  expect(describeCondition({})).toBe("Every change");
  expect(describeCondition({ is_reversible: false })).toBe("Changes that cannot be rolled back");
  expect(describeCondition({ is_reversible: true, risk: ["low"] })).toBe(
    "Changes of low risk that can be rolled back",
  );
  expect(describeDemand(rule)).toEqual([
    "Executed Sat, Sun 02:00–04:00 (UTC).",
    "Expires undecided after 12 h.",
  ]);
  expect(describeDemand(newRule("x"))).toEqual([]);
});
