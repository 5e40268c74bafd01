import { z } from "zod";
import { isTimeZone, TIME_OF_DAY, WEEKDAYS } from "./calendar";
import { ChangeKind } from "./change";
import { RegressionPolicy } from "./regression-policy";
import type { Basis } from "./suggestion";
import { RiskLevel } from "./triage";

/** Roles that an approval can be asked of. An administrator may give any of them. */
export const ApproverRole = z.enum(["reviewer", "operator", "admin"]);
export type ApproverRole = z.infer<typeof ApproverRole>;

/** So many approvals by people who hold a role. One person counts once over all steps. */
export const ApprovalStep = z.strictObject({ role: ApproverRole, count: z.int().min(1).max(5) });
export type ApprovalStep = z.infer<typeof ApprovalStep>;

export const Weekday = z.enum(WEEKDAYS);
export type Weekday = z.infer<typeof Weekday>;

export const TimeOfDay = z.string().regex(TIME_OF_DAY, "must be a time of day such as 02:30");

export const TimeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin");

/** When executions may begin. `to` before `from`: it ends on the next day; both equal: the whole day. */
export const MaintenanceWindow = z
  .strictObject({
    time_zone: TimeZone,
    /** Days on which it opens. */
    weekdays: z.array(Weekday).min(1).max(7),
    from: TimeOfDay,
    to: TimeOfDay,
  })
  .meta({ id: "MaintenanceWindow" });
export type MaintenanceWindow = z.infer<typeof MaintenanceWindow>;

const Hours = z.number().positive().max(8760);

/** Reminds whoever may approve, and later a role above them. */
export const Reminder = z
  .strictObject({
    remind_after_hours: Hours,
    escalation: z.strictObject({ after_hours: Hours, to: ApproverRole }).nullable().default(null),
  })
  .refine(({ remind_after_hours: first, escalation }) => {
    return escalation === null || escalation.after_hours > first;
  }, "The escalation must come after the reminder.");
export type Reminder = z.infer<typeof Reminder>;

/** What is asked of a change. */
export const Requirement = z.strictObject({
  /** Each step needs so many people. */
  approvals: z.array(ApprovalStep).max(3).default([]),
  /** Whoever asked for the change may be one of them. */
  requester_may_approve: z.boolean().default(true),
  /** Where one approval is enough, whoever gives it states that nobody else has to check. */
  acknowledge_alone: z.boolean().default(false),
  /** Executions begin inside one of these; none: at any time. */
  windows: z.array(MaintenanceWindow).max(20).default([]),
  /** Undecided advice expires after this time; null: SUGGESTION_TTL_HOURS. */
  expires_after_hours: Hours.nullable().default(null),
  reminder: Reminder.nullable().default(null),
  /** False: people decide, whatever the limits of automatic approval allow. */
  allows_auto_approval: z.boolean().default(true),
});
export type Requirement = z.infer<typeof Requirement>;

/** `*` stands for any characters; upper and lower case are the same. */
const Patterns = z.array(z.string().trim().min(1).max(200)).min(1).max(50);

/** Which changes a rule is about: all that is given must fit; nothing given fits every change. */
export const RuleCondition = z.strictObject({
  risk: z.array(RiskLevel).min(1).optional(),
  kinds: z.array(ChangeKind).min(1).optional(),
  products: Patterns.optional(),
  tables: Patterns.optional(),
  is_reversible: z.boolean().optional(),
  /** Less of the workload's time (0..1) was replayed than this. */
  coverage_below: z.number().positive().max(1).optional(),
});
export type RuleCondition = z.infer<typeof RuleCondition>;

/** Every rule that fits a change applies to it, and the strictest demand of all counts. */
export const PolicyRule = Requirement.extend({
  name: z.string().trim().min(1).max(100),
  when: RuleCondition,
}).meta({ id: "PolicyRule" });
export type PolicyRule = z.infer<typeof PolicyRule>;

/**
 * A trust ramp. `observe`: counts what it would have approved; `advise`: says so on the suggestion; `act`:
 * approves. Never beyond its limits, never while stopped, and never what cannot be rolled back.
 */
export const AutoApprovalMode = z.enum(["off", "observe", "advise", "act"]);
export type AutoApprovalMode = z.infer<typeof AutoApprovalMode>;

export const AutoApproval = z
  .strictObject({
    mode: AutoApprovalMode,
    risk_max: z.enum(["low", "medium"]).default("low"),
    kinds: z.array(ChangeKind).max(ChangeKind.options.length).default([]),
    products: Patterns.default(["*"]),
    tables: Patterns.default(["*"]),
    /** The lower end of the interval of the workload's measured gain (0..1). */
    gain_min: z.number().min(0.01).max(1).default(0.1),
    /** Share of the workload's time that was replayed. */
    coverage_min: z.number().min(0).max(1).default(0.95),
    per_day_max: z.int().min(1).max(100).default(1),
    /** Executions of each of its kinds of change on that product that the live workload has confirmed. */
    confirmed_min: z.int().min(0).max(1000).default(3),
  })
  .meta({ id: "AutoApproval" });
export type AutoApproval = z.infer<typeof AutoApproval>;

/** Who has to approve what, when it may be executed, how long it is open, and what counts as a regression. */
export const Policy = z
  .strictObject({
    /** Asked of every change. */
    base: Requirement.refine(
      ({ approvals }) => approvals.length > 0,
      "At least one approval is asked of every change.",
    ),
    rules: z
      .array(PolicyRule)
      .max(50)
      .refine(
        (rules) => new Set(rules.map(({ name }) => name)).size === rules.length,
        "Two rules have the same name.",
      ),
    auto_approval: AutoApproval,
    regression: RegressionPolicy.prefault({}),
  })
  .meta({ id: "Policy" });
export type Policy = z.infer<typeof Policy>;

/** One person's approval as it stands. */
export interface ApprovalFact {
  person_id: string;
  label: string;
  /** Held when it was given. */
  roles: readonly string[];
  comment: string;
  at: string;
  acknowledges_alone: boolean;
}

/** All that a policy knows of a change. */
export interface PolicyFacts {
  product_id: string | null;
  basis: Basis;
  changes: readonly {
    kind: ChangeKind;
    table: string;
    risk: RiskLevel;
    is_reversible: boolean;
  }[];
  /** Least share of the workload's time that was replayed; null: nothing tells. */
  coverage: number | null;
  /** Lower end of the interval of the workload's gain; null: not measured. */
  gain_low: number | null;
  /** Label of whoever asked for it. */
  requested_by: string;
  /** Given for these very changes. */
  approvals: readonly ApprovalFact[];
  /** Confirmed executions of the least tried of its kinds, on this product. */
  confirmed_count: number;
  auto_approved_today_count: number;
  is_stopped: boolean;
  /** ISO 8601. */
  now: string;
}

/** An approval, and the role it counts for; null with the reason: it does not count. */
export const CountedApproval = z.object({
  by: z.string(),
  role: ApproverRole.nullable(),
  why_not: z.string().nullable(),
  comment: z.string(),
  at: z.iso.datetime(),
});
export type CountedApproval = z.infer<typeof CountedApproval>;

export const ApprovalChain = z
  .object({
    steps: z.array(ApprovalStep.extend({ given: z.int() })),
    required: z.int(),
    given: z.int(),
    is_complete: z.boolean(),
    requester_may_approve: z.boolean(),
    needs_acknowledgement: z.boolean(),
    approvals: z.array(CountedApproval),
  })
  .meta({ id: "ApprovalChain" });
export type ApprovalChain = z.infer<typeof ApprovalChain>;

/** What a policy says of a change, with the reasoning as sentences. */
export const PolicyEvaluation = z
  .object({
    /** Names of the rules that apply beside the base. */
    rules: z.array(z.string()),
    chain: ApprovalChain,
    /** null: at any time. */
    window: z
      .object({
        is_open: z.boolean(),
        /** null: open now, or no common opening within five weeks. */
        opens_at: z.iso.datetime().nullable(),
        description: z.string(),
      })
      .nullable(),
    expires_after_hours: z.number().nullable(),
    reminder: Reminder.nullable(),
    auto_approval: z.object({
      mode: AutoApprovalMode,
      is_within_limits: z.boolean(),
      /** Mode `act` and within the limits. */
      is_approving: z.boolean(),
      reasons: z.array(z.string()),
    }),
    /** One sentence: `1 of 2 approvals; an operator is still needed.` */
    summary: z.string(),
    reasons: z.array(z.string()),
  })
  .meta({ id: "PolicyEvaluation" });
export type PolicyEvaluation = z.infer<typeof PolicyEvaluation>;
