import { z } from "zod";
import { ApproverRole, Policy, PolicyEvaluation } from "./policy";
import { SuggestionId, SuggestionState } from "./suggestion";

/** The policy that holds, and what of it nobody here could meet. */
export const PolicyView = z
  .object({
    /** null: the default policy; none was stored. */
    version: z.int().nullable(),
    policy: Policy,
    comment: z.string(),
    created_by: z.string().nullable(),
    created_at: z.iso.datetime().nullable(),
    /** People who can sign in, by the approvals that they may give. */
    people: z.record(ApproverRole, z.int()),
    /** One sentence each: an approval chain that too few people could complete. */
    warnings: z.array(z.string()),
  })
  .meta({ id: "PolicyView" });
export type PolicyView = z.infer<typeof PolicyView>;

export const PolicyVersion = z
  .object({
    version: z.int(),
    comment: z.string(),
    created_by: z.string(),
    created_at: z.iso.datetime(),
    policy: Policy,
  })
  .meta({ id: "PolicyVersion" });
export type PolicyVersion = z.infer<typeof PolicyVersion>;

export const SetPolicy = z
  .strictObject({
    policy: Policy,
    comment: z.string().trim().min(1).max(2000),
    /** The version that was read (null: the default): refused when it has changed since. */
    expected_version: z.int().positive().nullable(),
  })
  .meta({ id: "SetPolicy" });
export type SetPolicy = z.infer<typeof SetPolicy>;

/** The emergency stop: null `engaged_at`: automation runs. */
export const EmergencyStop = z
  .object({
    is_on: z.boolean(),
    engaged_at: z.iso.datetime().nullable(),
    engaged_by: z.string().nullable(),
    reason: z.string().nullable(),
    /** Operations that were asked for and begin once it is lifted. */
    held_count: z.int(),
    /** Executions that had begun: the data product ends them. */
    running_count: z.int(),
  })
  .meta({ id: "EmergencyStop" });
export type EmergencyStop = z.infer<typeof EmergencyStop>;

export const ChangeStop = z
  .strictObject({ reason: z.string().trim().min(1).max(2000) })
  .meta({ id: "ChangeStop" });
export type ChangeStop = z.infer<typeof ChangeStop>;

/** What the policy asks of a suggestion, how far it is met, and whether the caller may add to it. */
export const ApprovalStatus = z
  .object({
    suggestion_id: SuggestionId,
    state: SuggestionState,
    policy_version: z.int().nullable(),
    /** The changes that it speaks of: those approved so far, or all. */
    item_ids: z.array(z.string()),
    evaluation: PolicyEvaluation,
    is_stopped: z.boolean(),
    you: z.object({ can_approve: z.boolean(), why_not: z.string().nullable() }),
  })
  .meta({ id: "ApprovalStatus" });
export type ApprovalStatus = z.infer<typeof ApprovalStatus>;

export const SimulatePolicy = z
  .strictObject({
    /** Left out: the policy that holds, against the default. */
    policy: Policy.optional(),
    days: z.int().min(1).max(366).default(30),
  })
  .meta({ id: "SimulatePolicy" });
export type SimulatePolicy = z.infer<typeof SimulatePolicy>;

const SimulatedChain = z.object({
  required: z.int(),
  is_complete: z.boolean(),
  summary: z.string(),
  rules: z.array(z.string()),
});

/** A suggestion that the two policies treat differently. */
export const SimulatedDifference = z.object({
  suggestion_id: SuggestionId,
  title: z.string(),
  state: SuggestionState,
  created_at: z.iso.datetime(),
  before: SimulatedChain,
  after: SimulatedChain,
  /** The policy would have approved it by itself (in mode `act`). */
  is_auto_approved: z.boolean(),
  notes: z.array(z.string()),
});
export type SimulatedDifference = z.infer<typeof SimulatedDifference>;

/** What a policy would have done with the suggestions of some days. Nothing is changed. */
export const PolicySimulation = z
  .object({
    days: z.int(),
    /** Suggestions of that time that had something to decide; at most so many are read. */
    suggestion_count: z.int(),
    is_complete: z.boolean(),
    /** By the number of approvals asked for: under the policy that holds, and under the simulated one. */
    required_before: z.record(z.string(), z.int()),
    required_after: z.record(z.string(), z.int()),
    /** Were approved, and would have needed more. */
    short_count: z.int(),
    /** Were executed outside of the windows. */
    outside_window_count: z.int(),
    auto_approved: z.object({
      count: z.int(),
      /** People had rejected these. */
      rejected_count: z.int(),
      /** Executed, and found slower or rolled back. */
      regressed_count: z.int(),
    }),
    /** Executions whose figures were kept, judged by the limits of both policies. */
    regressions: z.object({
      judged_count: z.int(),
      regressed_before_count: z.int(),
      regressed_after_count: z.int(),
    }),
    differences: z.array(SimulatedDifference),
    notes: z.array(z.string()),
  })
  .meta({ id: "PolicySimulation" });
export type PolicySimulation = z.infer<typeof PolicySimulation>;
