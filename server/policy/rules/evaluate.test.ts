import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ApprovalFact,
  type ApproverRole,
  ChangeKind,
  Policy,
  type PolicyFacts,
} from "@/server/contracts";
import { defaultPolicy } from "./default-policy";
import { evaluatePolicy, isApprovedBy } from "./evaluate";

const NOW = "2026-03-04T12:00:00.000Z";

const approval = (person: string, ...roles: ApproverRole[]): ApprovalFact => ({
  ...{ person_id: person, label: `${person}@test`, roles },
  ...{ comment: "", at: NOW, acknowledges_alone: false },
});

const facts = (change: Partial<PolicyFacts> = {}): PolicyFacts => ({
  ...{ product_id: "shop", basis: "measured", coverage: 1, gain_low: 0.4 },
  changes: [{ kind: "add_index", table: "orders", risk: "low", is_reversible: true }],
  ...{ requested_by: "asker@test", approvals: [], confirmed_count: 9 },
  ...{ auto_approved_today_count: 0, is_stopped: false, now: NOW },
  ...change,
});
const risky = (change: Partial<PolicyFacts> = {}) =>
  facts({
    changes: [{ kind: "change_type", table: "orders", risk: "high", is_reversible: true }],
    ...change,
  });

const ruleFor = (when: object, demand: object, name = "rule") => ({ name, when, ...demand });
const policyOf = (rules: object[], more: object = {}) =>
  Policy.parse({
    base: { approvals: [{ role: "reviewer", count: 1 }] },
    ...{ rules, auto_approval: { mode: "off" }, ...more },
  });

describe("the default policy", () => {
  test("asks for one reviewer, and for two people where the risk is high", () => {
    const policy = defaultPolicy({ approverCount: 2 });
    const one = [approval("a", "reviewer")];
    expect(evaluatePolicy(policy, facts({ approvals: one })).chain.is_complete).toBe(true);
    const high = evaluatePolicy(policy, risky({ approvals: one }));
    expect(high.chain.is_complete).toBe(false);
    expect(high.summary).toBe("1 of 2 approvals; a reviewer is still needed.");
    expect(high.rules).toEqual(["Four eyes for high risk"]);
    const both = [...one, approval("b", "admin")];
    expect(evaluatePolicy(policy, risky({ approvals: both })).chain.is_complete).toBe(true);
  });

  test("locks nobody out who is alone: an acknowledgement takes the second person's place", () => {
    const policy = defaultPolicy({ approverCount: 1 });
    const alone = approval("a", "admin");
    const silent = evaluatePolicy(policy, risky({ approvals: [alone] }));
    expect(silent.chain).toMatchObject({ is_complete: false, needs_acknowledgement: true });
    const stated = [{ ...alone, acknowledges_alone: true }];
    expect(evaluatePolicy(policy, risky({ approvals: stated })).chain.is_complete).toBe(true);
  });

  test("counts what cannot be rolled back as it counts high risk", () => {
    const changes = [
      { kind: "drop_index", table: "t", risk: "low", is_reversible: false } as const,
    ];
    const policy = defaultPolicy({ approverCount: 5 });
    expect(evaluatePolicy(policy, facts({ changes })).chain.required).toBe(2);
  });
});

describe("a chain of several roles", () => {
  const policy = policyOf([
    ruleFor({ tables: ["ord*"] }, { approvals: [{ role: "operator", count: 1 }] }),
  ]);

  test("says who is still needed", () => {
    const evaluation = evaluatePolicy(policy, facts({ approvals: [approval("a", "reviewer")] }));
    expect(evaluation.summary).toBe("1 of 2 approvals; an operator is still needed.");
    expect(evaluatePolicy(policy, facts()).summary).toBe(
      "0 of 2 approvals; a reviewer and an operator are still needed.",
    );
  });

  test("does not count one person twice, whatever roles they hold", () => {
    const all = approval("a", "reviewer", "operator", "admin");
    expect(evaluatePolicy(policy, facts({ approvals: [all, all] })).chain.given).toBe(1);
  });

  test("counts a person of two roles where they are needed", () => {
    const both = approval("a", "reviewer", "operator");
    const reviewer = approval("b", "reviewer");
    for (const approvals of [
      [both, reviewer],
      [reviewer, both],
    ]) {
      expect(evaluatePolicy(policy, facts({ approvals })).chain.is_complete).toBe(true);
    }
  });

  test("does not count whoever asked for the change where somebody else has to approve", () => {
    const other = policyOf([ruleFor({}, { requester_may_approve: false })]);
    const own = { ...approval("a", "reviewer"), label: "asker@test" };
    const refused = evaluatePolicy(other, facts({ approvals: [own] })).chain;
    expect(refused).toMatchObject({ is_complete: false, approvals: [{ role: null }] });
    const second = [own, approval("b", "reviewer")];
    expect(evaluatePolicy(other, facts({ approvals: second })).chain.is_complete).toBe(true);
  });
});

describe("rules", () => {
  const two = { approvals: [{ role: "reviewer", count: 2 }] };
  const required = (when: object, of: PolicyFacts) =>
    evaluatePolicy(policyOf([ruleFor(when, two)]), of).chain.required;

  test("fit by risk, kind, product, table, reversibility and coverage, all of which must fit", () => {
    expect(required({ risk: ["high"] }, facts())).toBe(1);
    expect(required({ risk: ["high", "low"] }, facts())).toBe(2);
    expect(required({ kinds: ["add_index"] }, facts())).toBe(2);
    expect(required({ products: ["*hop"] }, facts())).toBe(2);
    expect(required({ products: ["*hop"], tables: ["customers"] }, facts())).toBe(1);
    expect(required({ tables: ["O*D*S"] }, facts())).toBe(2);
    expect(required({ is_reversible: false }, facts())).toBe(1);
    expect(required({ coverage_below: 0.5 }, facts({ coverage: 0.4 }))).toBe(2);
    expect(required({ coverage_below: 0.5 }, facts({ coverage: null }))).toBe(2);
  });

  test("apply to a set when they fit one of its changes, but not by halves of several", () => {
    const low = { kind: "add_index", table: "a", risk: "low", is_reversible: true } as const;
    const high = { kind: "change_type", table: "b", risk: "high", is_reversible: true } as const;
    const changes = [low, high];
    expect(required({ risk: ["high"] }, facts({ changes }))).toBe(2);
    expect(required({ risk: ["high"], tables: ["a"] }, facts({ changes }))).toBe(1);
  });

  test("demand the strictest of all that apply", () => {
    const policy = policyOf([
      ruleFor({}, { expires_after_hours: 24, reminder: { remind_after_hours: 8 } }, "a"),
      ruleFor({}, { expires_after_hours: 12, reminder: { remind_after_hours: 4 } }, "b"),
    ]);
    expect(evaluatePolicy(policy, facts())).toMatchObject({
      expires_after_hours: 12,
      reminder: { remind_after_hours: 4 },
    });
  });
});

/* Properties. */

const role = fc.constantFrom<ApproverRole>("reviewer", "operator", "admin");
const step = fc.record({ role, count: fc.integer({ min: 1, max: 3 }) });
const demand = fc.record({
  approvals: fc.array(step, { maxLength: 3 }),
  requester_may_approve: fc.boolean(),
  acknowledge_alone: fc.boolean(),
  allows_auto_approval: fc.boolean(),
});
const when = fc.record(
  {
    risk: fc.array(fc.constantFrom("low", "medium", "high"), { minLength: 1, maxLength: 2 }),
    is_reversible: fc.boolean(),
    tables: fc.array(fc.constantFrom("*", "o*", "orders", "none"), { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const limits = fc.record({
  mode: fc.constantFrom("off", "observe", "advise", "act"),
  risk_max: fc.constantFrom("low", "medium"),
  kinds: fc.subarray(["add_index", "drop_index", "change_type"]),
  gain_min: fc.constantFrom(0.05, 0.2),
  coverage_min: fc.constantFrom(0.5, 0.9),
  per_day_max: fc.integer({ min: 1, max: 3 }),
  confirmed_min: fc.integer({ min: 0, max: 3 }),
});
const policies = fc
  .record({
    base: fc.record({ approvals: fc.array(step, { minLength: 1, maxLength: 3 }) }),
    rules: fc.array(fc.tuple(when, demand), { maxLength: 4 }),
    auto_approval: limits,
  })
  .map(({ rules, ...rest }) =>
    Policy.parse({
      ...rest,
      rules: rules.map(([fits, asks], n) => ({ name: `r${n}`, when: fits, ...asks })),
    }),
  );
const people = fc.uniqueArray(
  fc.record({
    person: fc.constantFrom("a", "b", "c", "d", "asker"),
    roles: fc.subarray(["viewer", "reviewer", "operator", "admin"] as const),
    acknowledges_alone: fc.boolean(),
  }),
  { selector: ({ person }) => person, maxLength: 5 },
);
const someFacts = fc
  .record({
    changes: fc.array(
      fc.record({
        kind: fc.constantFrom("add_index", "drop_index", "change_type"),
        table: fc.constantFrom("orders", "customers"),
        risk: fc.constantFrom("low", "medium", "high"),
        is_reversible: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    given: people,
    basis: fc.constantFrom("measured", "estimate"),
    coverage: fc.constantFrom(null, 0.4, 0.6, 1),
    gain_low: fc.constantFrom(null, -0.1, 0.1, 0.5),
    confirmed_count: fc.integer({ min: 0, max: 4 }),
    auto_approved_today_count: fc.integer({ min: 0, max: 4 }),
    is_stopped: fc.boolean(),
  })
  .map(({ given, changes, basis, ...rest }) =>
    facts({
      ...rest,
      basis: basis as PolicyFacts["basis"],
      changes: changes as PolicyFacts["changes"],
      approvals: given.map(({ person, roles, acknowledges_alone }) => ({
        ...approval(person),
        ...{ roles, acknowledges_alone },
      })),
    }),
  );

/** All ways to give each slot another person, tried one by one. */
function canFill(slots: ApproverRole[], given: readonly ApprovalFact[]): boolean {
  const [slot, ...others] = slots;
  if (slot === undefined) return true;
  return given.some(
    (person) =>
      (person.roles.includes(slot) || person.roles.includes("admin")) &&
      canFill(
        others,
        given.filter((other) => other !== person),
      ),
  );
}

describe("for every policy and every set of approvals", () => {
  test("people complete a chain exactly when each step has another person who may fill it", () => {
    fc.assert(
      fc.property(policies, someFacts, (policy, of) => {
        const { chain } = evaluatePolicy(policy, of);
        const slots = chain.steps.flatMap(({ role: each, count }) =>
          Array.from({ length: count }, () => each),
        );
        const counted = of.approvals
          .filter(({ label }) => chain.requester_may_approve || label !== of.requested_by)
          .filter((each) => !chain.needs_acknowledgement || each.acknowledges_alone);
        expect(chain.is_complete).toBe(canFill(slots, counted));
        expect(slots.length).toBeGreaterThan(0);
        const counting = chain.approvals.filter((each) => each.role !== null);
        expect(new Set(counting.map(({ by }) => by)).size).toBe(chain.given);
      }),
    );
  });

  test("nothing is approved without its chain, but automatically within every limit", () => {
    fc.assert(
      fc.property(policies, someFacts, (policy, of) => {
        const evaluation = evaluatePolicy(policy, of);
        if (!isApprovedBy(evaluation) || evaluation.chain.is_complete) return;
        const { auto_approval: auto } = policy;
        expect(auto.mode).toBe("act");
        expect(of.is_stopped).toBe(false);
        expect(of.basis).toBe("measured");
        expect(of.gain_low ?? -1).toBeGreaterThanOrEqual(auto.gain_min);
        expect(of.coverage ?? -1).toBeGreaterThanOrEqual(auto.coverage_min);
        expect(of.confirmed_count).toBeGreaterThanOrEqual(auto.confirmed_min);
        expect(of.auto_approved_today_count).toBeLessThan(auto.per_day_max);
        for (const { kind, risk, is_reversible } of of.changes) {
          expect(auto.kinds).toContain(kind);
          expect(is_reversible).toBe(true);
          expect(risk === "low" || (risk === "medium" && auto.risk_max === "medium")).toBe(true);
        }
      }),
    );
  });

  test("whoever asked for it never counts where somebody else has to approve", () => {
    fc.assert(
      fc.property(policies, someFacts, (policy, of) => {
        const { chain } = evaluatePolicy(policy, of);
        if (chain.requester_may_approve) return;
        const own = chain.approvals.find(({ by }) => by === of.requested_by);
        expect(own?.role ?? null).toBeNull();
      }),
    );
  });

  test("a further rule never asks for less, and never approves more", () => {
    fc.assert(
      fc.property(policies, when, demand, someFacts, (policy, fits, asks, of) => {
        const more = Policy.parse({
          ...policy,
          rules: [...policy.rules, { name: "further", when: fits, ...asks }],
        });
        const [before, after] = [evaluatePolicy(policy, of), evaluatePolicy(more, of)];
        expect(after.chain.required).toBeGreaterThanOrEqual(before.chain.required);
        if (isApprovedBy(after)) {
          // An acknowledgement is asked of whoever is alone: a second person takes its place.
          const isAlone = before.chain.needs_acknowledgement && after.chain.required > 1;
          expect(isApprovedBy(before) || isAlone).toBe(true);
        }
      }),
    );
  });

  test("adding somebody's approval never undoes what was complete", () => {
    fc.assert(
      fc.property(policies, someFacts, people, (policy, of, others) => {
        const before = evaluatePolicy(policy, of).chain;
        const added = others
          .map(({ person, roles }) => ({ ...approval(`${person}2`), roles }))
          .filter(({ label }) => label !== of.requested_by);
        const after = evaluatePolicy(policy, { ...of, approvals: [...of.approvals, ...added] });
        if (before.is_complete) expect(after.chain.is_complete).toBe(true);
        expect(after.chain.given).toBeGreaterThanOrEqual(before.given);
      }),
    );
  });
});

test("automatic approval is off unless a policy says otherwise, and says why not where it is on", () => {
  expect(evaluatePolicy(defaultPolicy({ approverCount: 2 }), facts()).auto_approval).toMatchObject({
    mode: "off",
    is_approving: false,
  });
  const acting = policyOf([], { auto_approval: { mode: "act", kinds: ["add_index"] } });
  expect(evaluatePolicy(acting, facts()).auto_approval.is_approving).toBe(true);
  const stopped = evaluatePolicy(acting, facts({ is_stopped: true })).auto_approval;
  expect(stopped).toMatchObject({ is_approving: false, reasons: ["The emergency stop is on."] });
  const many = { confirmed_count: 1, gain_low: 0.02 };
  expect(evaluatePolicy(acting, facts(many)).auto_approval.reasons).toEqual([
    "The lower end of its measured gain is 2%; 10% is asked for.",
    "Confirmed executions of its kind on this product: 1 of the 3 that are asked for.",
  ]);
});

test("a policy names a base that asks for somebody, known kinds, real zones and times", () => {
  const valid = { base: { approvals: [{ role: "reviewer", count: 1 }] }, rules: [] };
  const off = { auto_approval: { mode: "off" } };
  const window = { time_zone: "Europe/Berlin", weekdays: ["sat"], from: "02:00", to: "04:00" };
  const withRule = (rule: object) => ({
    ...valid,
    ...off,
    rules: [{ name: "r", when: {}, ...rule }],
  });
  expect(Policy.safeParse(withRule({ windows: [window] })).success).toBe(true);
  const faults: object[] = [
    { ...valid, ...off, base: { approvals: [] } },
    withRule({ windows: [{ ...window, time_zone: "Mars/Olympus" }] }),
    withRule({ windows: [{ ...window, from: "24:00" }] }),
    withRule({ windows: [{ ...window, weekdays: [] }] }),
    withRule({ when: { kinds: ["drop_database"] } }),
    withRule({ unknown: 1 }),
    withRule({ reminder: { remind_after_hours: 4, escalation: { after_hours: 2, to: "admin" } } }),
    { ...valid, ...off, rules: ["a", "a"].map((name) => ({ name, when: {} })) },
  ];
  for (const fault of faults) expect(Policy.safeParse(fault).success).toBe(false);
  expect(ChangeKind.options).toContain("add_index");
});
