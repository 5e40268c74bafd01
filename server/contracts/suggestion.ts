import { z } from "zod";
import { Explanation, RequestWarning } from "./attribution";
import { Factor, Plan, Risk } from "./candidate";
import { Change, ChangeKind } from "./change";
import { RequestedChanges } from "./change-request";
import { DecisionCard } from "./decision-card";
import { Evidence, MeasuredEvidence, SetTrial } from "./evidence";
import { Finding } from "./finding";
import { ProofProgress } from "./proof";
import { REJECT_REASON_CODES } from "./rejection";
import { RiskLevel, Triage } from "./triage";
import { Verdict } from "./verdict";
import { Verification, VerificationState } from "./verification";

/**
 * States of a decision. `no_gain` is the honest end of a proof that accepted nothing, `cancelled` that
 * of one that somebody ended before it had a result;
 * `estimate` suggestions go straight to `pending` and can be approved but not executed by us.
 */
export const SuggestionState = z.enum([
  "proving",
  "cancelled",
  "pending",
  "no_gain",
  "approved",
  "rejected",
  "expired",
  "superseded",
  "executing",
  "executed",
  "failed",
  "verified",
  "reverted",
]);
export type SuggestionState = z.infer<typeof SuggestionState>;

export const Basis = z.enum(["estimate", "measured"]);
export type Basis = z.infer<typeof Basis>;

export const SuggestionId = z.string().regex(/^sugg-[0-9a-z]{6,32}$/);
const ItemId = z.string().regex(/^item-[0-9a-z]{6,32}$/);
export const OperationId = z.string().regex(/^op-[0-9a-z]{6,32}$/);

/** A suggested change, or one that was considered and not chosen. */
export const ItemRole = z.enum(["suggested", "alternative"]);
export type ItemRole = z.infer<typeof ItemRole>;

/** One entry of `suggestions` (or `alternatives`) in every answer. */
export const SuggestionItem = z
  .object({
    item_id: ItemId,
    /** Names the same change in `sets`, and in the next analysis. */
    candidate_id: z.string(),
    type: ChangeKind,
    /** Table the change is made to. */
    table: z.string(),
    target: z.string(),
    title: z.string(),
    reason: z.string(),
    /** The typed change itself: what a schema diff is drawn from. */
    change: Change,
    /** All statements of the change, joined; one transaction. */
    execution_sql: z.string(),
    revert_sql: z.string().nullable(),
    estimated_impact: z.object({
      /** Share of the time that is saved, e.g. `80%`; of which time, `of` says. */
      query_speedup: z.string(),
      storage_overhead: z.string(),
      /** `estimate`: rules only. `measured`: replayed on a shadow copy, see `evidence`. */
      basis: Basis,
      /** 95 % interval of query_speedup, e.g. `[78%, 82%]`; null for estimates. */
      query_speedup_interval: z.string().nullable(),
      /** All queries the change is meant for, together; the whole workload where none was replayed. */
      of: z.enum(["targeted_queries", "workload"]),
      /** Share (0..1) of the observed workload's time that was replayed; null for estimates. */
      coverage: z.number().nullable(),
      /** The two strings above as shares (0.8 = 80%). */
      time_saved: z.number(),
      storage_added: z.number(),
      /** Of a change that was asked for and fits: that no gain is expected, with the figures. */
      note: z.string().nullable(),
    }),
    decision_factors: z.array(Factor),
    drawbacks: z.array(z.string()),
    risk: Risk,
    verdict: Verdict.nullable(),
    evidence: Evidence.nullable(),
    /** Plain words with the figures of the evidence; null where nothing was measured. */
    explanation: Explanation.nullable(),
    /** null until decided. */
    is_approved: z.boolean().nullable(),
    /** The latest rejection of an earlier suggestion for the same product that held this change. */
    rejected_before: z
      .object({
        suggestion_id: SuggestionId,
        reviewer: z.string(),
        reason: z.string(),
        at: z.iso.datetime(),
      })
      .nullable(),
    /** The latest rollback of an earlier execution of this change on the same product. */
    reverted_before: z
      .object({
        suggestion_id: SuggestionId,
        /** Who asked for it; where it `is_automatic`, the sidecar did. */
        by: z.string(),
        is_automatic: z.boolean(),
        /** What the live workload had shown by then; null where nothing was clear yet. */
        outcome: z.string().nullable(),
        at: z.iso.datetime(),
        /** What differs from the test that the execution rested on, a sentence each; none: nothing known. */
        changes_since: z.array(z.string()),
      })
      .nullable(),
  })
  .meta({ id: "SuggestionItem" });
export type SuggestionItem = z.infer<typeof SuggestionItem>;

export const ReviewVerdict = z.enum(["approved", "rejected"]);
export type ReviewVerdict = z.infer<typeof ReviewVerdict>;

export const Review = z.object({
  reviewer: z.string(),
  verdict: ReviewVerdict,
  reason: z.string(),
  item_ids: z.array(z.string()),
  at: z.iso.datetime(),
});
export type Review = z.infer<typeof Review>;

/** How useful a suggestion was to somebody: 1 useful, −1 not. */
export const Feedback = z.object({
  by: z.string(),
  score: z.union([z.literal(1), z.literal(-1)]),
  comment: z.string(),
  at: z.iso.datetime(),
});
export type Feedback = z.infer<typeof Feedback>;

export const FeedbackRequest = z
  .strictObject({
    score: z.union([z.literal(1), z.literal(-1)]),
    comment: z.string().trim().max(2000).default(""),
  })
  .meta({ id: "FeedbackRequest" });
export type FeedbackRequest = z.infer<typeof FeedbackRequest>;

export const OperationState = z.enum([
  "queued",
  "executing",
  "executed",
  "failed",
  "verified",
  "reverted",
]);
export type OperationState = z.infer<typeof OperationState>;

export const OperationKind = z.enum(["execute", "revert"]);
export type OperationKind = z.infer<typeof OperationKind>;

export const Operation = z
  .object({
    operation_id: OperationId,
    suggestion_id: SuggestionId,
    kind: OperationKind,
    state: OperationState,
    item_ids: z.array(z.string()),
    plan: Plan,
    /** True for a revert the sidecar started by itself after a measured regression. */
    is_automatic: z.boolean(),
    requested_by: z.string(),
    progress: z.object({ message: z.string(), fraction: z.number().min(0).max(1) }),
    statements: z.array(z.object({ sql: z.string(), duration_ms: z.number() })),
    verification: Verification.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: "Operation" });
export type Operation = z.infer<typeof Operation>;

/** Answer of /agent/analyze and GET /agent/suggestions/{id}: the specification's four fields first. */
export const Suggestion = z
  .object({
    suggestion_id: SuggestionId,
    suggestions: z.array(SuggestionItem),
    confidence: z.number().min(0).max(1),
    requires_approval: z.boolean(),
    state: SuggestionState,
    basis: Basis,
    /** Who ordered and estimated the candidates: `rules`, or `rules and model <name>`. */
    advised_by: z.string(),
    operation_type: z.string(),
    product_id: z.string().nullable(),
    /**
     * What somebody asked to have tested, why and who; null: the rules proposed. `no_gain` then says that it
     * does not fit, for the reasons below `alternatives`.
     */
    requested: RequestedChanges.nullable(),
    /** What a reviewer decides by, in figures and in sentences; null where nothing is suggested. */
    card: DecisionCard.nullable(),
    /** Measured and rejected, or left out by the rules: always with the reason. */
    alternatives: z.array(SuggestionItem),
    /** Evidence of all suggested changes applied together (two or more). */
    set_evidence: MeasuredEvidence.nullable(),
    /**
     * Least share (0..1) of the observed workload's time that the measurements of the suggested changes
     * speak for; null where nothing was measured. Where it `is_too_low`, an approval of anything that
     * the sidecar executes needs `acknowledges_coverage`.
     */
    coverage: z
      .object({ share: z.number(), required: z.number(), is_too_low: z.boolean() })
      .nullable(),
    /** Sets of changes measured on the way to the suggested one. */
    sets: z.array(SetTrial),
    /** Quality of data, redundancy and resources: for people, nothing the sidecar executes. */
    findings: z.array(Finding),
    /**
     * Texts of the request to be read with care (nothing was done differently because of them), and queries
     * that could not be read, each with the reason.
     */
    warnings: z.array(RequestWarning),
    progress: ProofProgress.nullable(),
    /** The search for better advice, which goes on after the first was published. */
    search: z.object({
      is_running: z.boolean(),
      /** How often the advice changed since it was first published; send it with an approval. */
      revision: z.number().int(),
      /** What the last revision changed; null: none did. */
      revision_note: z.string().nullable(),
      /** Candidates the time did not suffice for; `POST …/continue` gives more. */
      untested_count: z.number().int(),
    }),
    reviews: z.array(Review),
    feedback: z.array(Feedback),
    operations: z.array(Operation),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    /**
     * What took its place: a newer proof of the same question, or an edited version that was approved; null also
     * where the schema changed.
     */
    superseded_by: SuggestionId.nullable(),
    /** The suggestion that it is an edited version of; approving it supersedes that one. */
    edited_from: SuggestionId.nullable(),
    /** Its edited versions, the first one first. */
    edits: z.array(SuggestionId),
    /** Plain sentence: what this answer is and what to do next. */
    note: z.string(),
    /**
     * In the answer to an analyze request only: true when the same question was open already, and this is
     * that suggestion: nothing new was started.
     */
    is_existing: z.boolean().optional(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    /** `log`: what its proofs tried, and why each candidate won or lost. */
    links: z.object({
      self: z.string(),
      events: z.string(),
      log: z.string(),
      review: z.string(),
    }),
  })
  .meta({ id: "Suggestion" });
export type Suggestion = z.infer<typeof Suggestion>;

/** Of what is executed: a rollback that is under way, or the latest one, which failed. */
export const Rollback = z.enum(["running", "failed"]);
export type Rollback = z.infer<typeof Rollback>;

/** Row of a list: no evidence samples, so that lists stay small. */
export const SuggestionSummary = z
  .object({
    suggestion_id: SuggestionId,
    state: SuggestionState,
    /** null: none was asked for, or it is done. */
    rollback: Rollback.nullable(),
    /** How its latest execution stands on the live workload; null: none was executed, or nothing is known yet. */
    outcome: VerificationState.nullable(),
    basis: Basis,
    operation_type: z.string(),
    product_id: z.string().nullable(),
    /** Of the suggested changes. */
    kinds: z.array(ChangeKind),
    /** Of the riskiest suggested change; null: there is none. */
    risk_level: RiskLevel.nullable(),
    /** Somebody asked for these changes: `no_gain` says that they do not fit. */
    is_requested: z.boolean(),
    title: z.string(),
    item_count: z.number().int(),
    alternative_count: z.number().int(),
    /** Whole-workload gain of the set (0..1) with interval; null before proof and for estimates. */
    workload_gain: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
    confidence: z.number(),
    progress_fraction: z.number().nullable(),
    progress_message: z.string().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    expires_at: z.iso.datetime().nullable(),
    /** How people share it out; null where the caller is no person. */
    triage: Triage.nullable(),
  })
  .meta({ id: "SuggestionSummary" });
export type SuggestionSummary = z.infer<typeof SuggestionSummary>;

export const SuggestionPage = z
  .object({
    items: z.array(SuggestionSummary),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: "SuggestionPage" });
export type SuggestionPage = z.infer<typeof SuggestionPage>;

export const ApproveRequest = z
  .strictObject({
    reason: z.string().trim().max(2000).default(""),
    /** Items to approve; all when left out. */
    item_ids: z.array(ItemId).min(1).optional(),
    /** `search.revision` of what was read: refused when the advice has changed since. */
    revision: z.number().int().nonnegative().optional(),
    /**
     * The reviewer has seen that the test replayed less of the workload than is asked for
     * (`coverage.is_too_low`), and approves all the same.
     */
    acknowledges_coverage: z.boolean().optional(),
    /** The reviewer decides alone where the policy asks to state it: nobody else checks these changes. */
    acknowledges_alone: z.boolean().optional(),
  })
  .meta({ id: "ApproveRequest" });
export type ApproveRequest = z.infer<typeof ApproveRequest>;

export const RejectRequest = z
  .strictObject({
    /** The named reason, as results count it. */
    reason_code: z.enum(REJECT_REASON_CODES).default("other"),
    /** In your own words; needed where the reason is `other`. */
    reason: z.string().trim().max(2000).default(""),
  })
  .meta({ id: "RejectRequest" });
export type RejectRequest = z.input<typeof RejectRequest>;

export const RevertRequest = z
  .strictObject({
    /** While the emergency stop is on, a person who rolls back says that they mean to. */
    confirms_stop: z.boolean().optional(),
    /** Why it is rolled back: kept in the audit log. */
    reason: z.string().trim().max(2000).default(""),
  })
  .meta({ id: "RevertRequest" });
export type RevertRequest = z.input<typeof RevertRequest>;

export const KeepRequest = z
  .strictObject({
    /** Why a change is kept although it regressed: kept in the audit log. */
    reason: z.string().trim().min(1).max(2000),
  })
  .meta({ id: "KeepRequest" });
export type KeepRequest = z.infer<typeof KeepRequest>;

export const ReapplyRequest = z
  .strictObject({
    /** Why what was rolled back is executed again: kept in the audit log. */
    reason: z.string().trim().min(1).max(2000),
  })
  .meta({ id: "ReapplyRequest" });
export type ReapplyRequest = z.infer<typeof ReapplyRequest>;

export const ExecuteRequest = z
  .strictObject({ suggestion_id: SuggestionId })
  .meta({ id: "ExecuteRequest" });
export type ExecuteRequest = z.infer<typeof ExecuteRequest>;
