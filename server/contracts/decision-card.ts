import { z } from "zod";
import { Interval } from "./evidence";

/** What a comparison shows: its interval excludes zero on one side, or nothing is shown. */
export const RowOutcome = z.enum(["improved", "inconclusive", "regressed"]);
export type RowOutcome = z.infer<typeof RowOutcome>;

/** What a gain rests on; `estimate`: nothing was measured. */
const CardBasis = z.enum(["measured", "estimate"]);

/** Share of the time that is saved. */
export const CardGain = z
  .object({
    /** 0.42: 42% of the time; negative: slower. */
    value: z.number(),
    /** Whose time: of the workload, or (estimates) of the queries that the change is meant for. */
    of: z.enum(["workload", "targeted_queries"]),
    /** Share (0..1) of the observed workload's time that was replayed; null for estimates. */
    coverage: z.number().nullable(),
    /** 95%; null for an estimate. */
    interval: z.object({ low: z.number(), high: z.number() }).nullable(),
    basis: CardBasis,
    /** Whether the interval excludes zero; an estimate is always inconclusive. */
    outcome: RowOutcome,
  })
  .meta({ id: "CardGain" });
export type CardGain = z.infer<typeof CardGain>;

/** One query of the evidence, by the one estimator that every row uses. */
export const CardQuery = z
  .object({
    fingerprint: z.string(),
    sql: z.string(),
    before_ms: z.number(),
    after_ms: z.number(),
    gain: Interval,
    outcome: RowOutcome,
  })
  .meta({ id: "CardQuery" });
export type CardQuery = z.infer<typeof CardQuery>;

const CardChange = z.object({
  item_id: z.string(),
  title: z.string(),
  /** What it does, one sentence. */
  effect: z.string(),
  /** `sidecar`: runs here; `developers`: queries that they change; `both`: a table here, its queries there. */
  carried_out_by: z.enum(["sidecar", "developers", "both"]),
});

/** How good a part of the evidence is. */
export const EvidenceGrade = z.enum(["strong", "fair", "weak"]);
export type EvidenceGrade = z.infer<typeof EvidenceGrade>;

/** One of the measures that an evidence grade is the weakest of. */
export const GradeReason = z.object({
  of: z.enum(["interval", "pairs", "sample", "coverage", "noise"]),
  grade: EvidenceGrade,
  /** One sentence with the figure. */
  text: z.string(),
});
export type GradeReason = z.infer<typeof GradeReason>;

/** How the latest verified executions of this sidecar turned out. */
export const TrackRecord = z.object({
  delivered: z.number().int(),
  of: z.number().int(),
});
export type TrackRecord = z.infer<typeof TrackRecord>;

/** The lines of the card in their order, each by what it is about. */
export const CardLineKey = z.enum([
  "gain_now",
  "gain_after_code_changes",
  "live_workload",
  "queries",
  "most_improved",
  "slowest",
  "write_lock",
  "storage",
  "inserts",
  "rollback",
  "risk",
  "evidence",
  "track_record",
  "likelihood",
  "expiry",
]);
export type CardLineKey = z.infer<typeof CardLineKey>;

/**
 * What a reviewer decides by, the same on the page, in Slack, in an e-mail, at the shell and in JSON. It is
 * of the chosen changes: all of them until somebody decided, afterwards those that were approved.
 */
export const DecisionCard = z
  .object({
    title: z.string(),
    changes: z.array(CardChange),
    /**
     * Whether exactly these changes were measured as one. Where not, gains and queries are null, since
     * gains of changes do not add up.
     */
    is_measured_together: z.boolean(),
    gain: z.object({
      /** Of what the sidecar itself runs; null: nothing of it runs here, or it was not measured as one. */
      now: CardGain.nullable(),
      /** With the queries that developers change as well; null: none do, or not measured as one. */
      after_code_changes: CardGain.nullable(),
    }),
    /** null where nothing was replayed. */
    queries: z
      .object({
        improved: z.number().int(),
        inconclusive: z.number().int(),
        regressed: z.number().int(),
        /** The one that saves most time over all its calls; null where none improved. */
        most_improved: CardQuery.nullable(),
        /** The one that takes longest with the changes. */
        slowest: CardQuery.nullable(),
      })
      .nullable(),
    write_lock: z.object({
      /** `held`: writes by others fail meanwhile; `untested`: not known; `brief`: at its end only. */
      kind: z.enum(["none", "brief", "untested", "held"]),
      tables: z.array(z.string()),
      /** Expected; scaled up from a sample where one was taken. null: not measured. */
      duration_ms: z.number().nullable(),
      basis: CardBasis,
    }),
    storage: z.object({ share: z.number(), basis: CardBasis }).nullable(),
    /** Part of an insert's time that is added (0.1: a tenth longer); null: not measured. */
    inserts: z
      .object({
        share: z.number(),
        interval: z.object({ low: z.number(), high: z.number() }).nullable(),
        outcome: RowOutcome,
      })
      .nullable(),
    is_reversible: z.boolean(),
    risk: z.enum(["low", "medium", "high"]),
    evidence: z.object({
      /** The weakest of its reasons; null: nothing was measured. */
      grade: EvidenceGrade.nullable(),
      reasons: z.array(GradeReason),
      /** null of an estimate, which promises nothing. */
      track_record: TrackRecord.nullable(),
      /** Of an estimate only: the chance (0..1) that it pays. */
      likelihood: z.number().nullable(),
    }),
    expires_at: z.iso.datetime().nullable(),
    /** The same in plain sentences: what page, Slack, e-mail and shell show. */
    lines: z.array(z.object({ key: CardLineKey, label: z.string(), text: z.string() })),
  })
  .meta({ id: "DecisionCard" });
export type DecisionCard = z.infer<typeof DecisionCard>;
