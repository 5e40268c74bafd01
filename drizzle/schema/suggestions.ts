import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigserial,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  Basis,
  type Candidate,
  type ChangeKind,
  type Evidence,
  type Explanation,
  type Finding,
  ItemRole,
  type MeasuredEvidence,
  OPEN_STATES,
  type Operation,
  OperationKind,
  OperationState,
  OperationType,
  type Plan,
  type ProofEvent,
  type ProofProgress,
  REJECT_REASON_CODES,
  type RejectReason,
  type RequestWarning,
  ReviewVerdict,
  RiskLevel,
  type SetTrial,
  SuggestionState,
  type Verdict,
  type Verification,
  type WorkloadMix,
  type WorkloadPattern,
} from "@/server/contracts";
import { checkOneOf, isOneOf } from "./closed-values";
import { agentDecisions } from "./knowledge";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

const impactKey = sql`coalesce(impact, -2)`;
const expiryKey = sql`coalesce(-extract(epoch from expires_at at time zone 'UTC')::float8, '-Infinity'::float8)`;

export const suggestions = pgTable(
  "suggestions",
  {
    id: text("id").primaryKey(),
    decisionId: uuid("decision_id")
      .notNull()
      .references(() => agentDecisions.decisionId),
    /** null: answered from the request's context alone. */
    productId: text("product_id"),
    state: text("state").$type<SuggestionState>().notNull(),
    basis: text("basis").$type<Basis>().notNull(),
    operationType: text("operation_type").notNull(),
    /** Equal requests while one is open share one suggestion. */
    requestHash: text("request_hash").notNull(),
    /** The question alone, whatever the data were: one proof of it waits or runs. null: never proved. */
    questionHash: text("question_hash"),
    confidence: doublePrecision("confidence").notNull().default(0),
    schemaFingerprint: text("schema_fingerprint"),
    dataVersion: text("data_version"),
    progress: jsonb("progress").$type<ProofProgress>(),
    /** How the product's workload was shared out when its proof began; null: it had one of its own. */
    workloadMix: jsonb("workload_mix").$type<WorkloadMix>(),
    setEvidence: jsonb("set_evidence").$type<MeasuredEvidence>(),
    sets: jsonb("sets").$type<SetTrial[]>().notNull().default([]),
    findings: jsonb("findings").$type<Finding[]>().notNull().default([]),
    /** Of the request's texts, as they were found when it came. */
    warnings: jsonb("warnings").$type<RequestWarning[]>().notNull().default([]),
    error: jsonb("error").$type<{ code: string; message: string }>(),
    /** The newer proof that took its place; null in state `superseded`: the schema changed. */
    supersededBy: text("superseded_by").references((): AnyPgColumn => suggestions.id),
    /** The suggestion that somebody edited to ask for this one. */
    editedFrom: text("edited_from").references((): AnyPgColumn => suggestions.id),
    /** The advice is published, and the search for better advice goes on. */
    isSearching: boolean("is_searching").notNull().default(false),
    /** How often its advice changed after it was first published. */
    revision: integer("revision").notNull().default(0),
    /** What the last revision changed, as a sentence. */
    revisionNote: text("revision_note"),
    /** Seconds that were asked for since (`continueProof`); the next proof has these alone. */
    extraSeconds: integer("extra_seconds"),
    requestedBy: text("requested_by").notNull(),
    /** Kind and id of who asked for its proof last: among whose open proofs it counts. */
    openedBy: text("opened_by"),
    /** Time of its test runs that have ended, pauses left out, and the processor time of their process, ms. */
    testMs: doublePrecision("test_ms").notNull().default(0),
    testCpuMs: doublePrecision("test_cpu_ms").notNull().default(0),
    /** Measured gain of the suggested changes (0..1); null: nothing was measured. For lists, as what follows. */
    impact: doublePrecision("impact"),
    kinds: text("kinds").array().$type<ChangeKind[]>().notNull().default([]),
    riskLevel: text("risk_level").$type<RiskLevel>(),
    /** The words that a list is searched by, punctuation replaced by spaces. */
    searchText: text("search_text").notNull().default(""),
    searchVector: tsvector("search_vector").generatedAlwaysAs(
      sql`to_tsvector('simple'::regconfig, search_text)`,
    ),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    expiresAt: instant("expires_at"),
  },
  (t) => [
    checkOneOf("suggestions_state_known", t.state, SuggestionState.options),
    checkOneOf("suggestions_risk_level_known", t.riskLevel, RiskLevel.options),
    checkOneOf("suggestions_basis_known", t.basis, Basis.options),
    checkOneOf("suggestions_operation_type_known", t.operationType, OperationType.options),
    uniqueIndex("suggestions_open_request").on(t.requestHash).where(isOneOf(t.state, OPEN_STATES)),
    uniqueIndex("suggestions_open_question").on(t.questionHash).where(sql`state = 'proving'`),
    index("suggestions_opened_by").on(t.openedBy).where(sql`state = 'proving' or is_searching`),
    /** Lists: all, or of one state; newest first. */
    index("suggestions_created").on(t.createdAt, t.id),
    index("suggestions_state").on(t.state, t.createdAt, t.id),
    /** Lists by impact and by expiry, of one state and of all, spelled as their order is (`order-suggestions.ts`). */
    index("suggestions_state_impact").on(t.state, impactKey, t.createdAt, t.id),
    index("suggestions_impact").on(impactKey, t.createdAt, t.id),
    index("suggestions_state_expiry").on(t.state, expiryKey, t.createdAt, t.id),
    index("suggestions_expiry").on(expiryKey, t.createdAt, t.id),
    index("suggestions_search").using("gin", t.searchVector),
    index("suggestions_mixes").on(t.productId, t.createdAt).where(sql`workload_mix is not null`),
    /** What the observer asks every few seconds. */
    index("suggestions_product_state").on(t.productId, t.state, t.createdAt),
    index("suggestions_product_created").on(t.productId, t.createdAt),
    index("suggestions_due").on(t.expiresAt).where(sql`state = 'pending'`),
    index("suggestions_searching").on(t.state).where(sql`is_searching`),
    index("suggestions_decision").on(t.decisionId),
    index("suggestions_edits").on(t.editedFrom).where(sql`edited_from is not null`),
  ],
);

export const suggestionItems = pgTable(
  "suggestion_items",
  {
    id: text("id").primaryKey(),
    suggestionId: text("suggestion_id")
      .notNull()
      .references(() => suggestions.id),
    ordinal: integer("ordinal").notNull(),
    role: text("role").$type<ItemRole>().notNull(),
    candidate: jsonb("candidate").$type<Candidate>().notNull(),
    verdict: jsonb("verdict").$type<Verdict>(),
    evidence: jsonb("evidence").$type<Evidence>(),
    explanation: jsonb("explanation").$type<Explanation>(),
    isApproved: boolean("is_approved"),
  },
  (t) => [
    checkOneOf("suggestion_items_role_known", t.role, ItemRole.options),
    uniqueIndex("suggestion_items_order").on(t.suggestionId, t.ordinal),
  ],
);

/** How useful a suggestion was: one word an actor, the last. */
export const feedback = pgTable(
  "feedback",
  {
    suggestionId: text("suggestion_id")
      .notNull()
      .references(() => suggestions.id),
    /** Kind and id of who gave it. */
    actorKey: text("actor_key").notNull(),
    actorLabel: text("actor_label").notNull(),
    /** 1: useful, −1: not. */
    score: integer("score").$type<-1 | 1>().notNull(),
    comment: text("comment").notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.suggestionId, t.actorKey] }),
    checkOneOf("feedback_score_known", t.score, [-1, 1]),
    /** Results of the last days, as of reviews and operations. */
    index("feedback_at").on(t.at),
  ],
);

export const reviews = pgTable(
  "reviews",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    suggestionId: text("suggestion_id")
      .notNull()
      .references(() => suggestions.id),
    reviewerId: text("reviewer_id").notNull(),
    reviewerLabel: text("reviewer_label").notNull(),
    verdict: text("verdict").$type<ReviewVerdict>().notNull(),
    reason: text("reason").notNull(),
    /** Of a rejection; null: none was named. */
    reasonCode: text("reason_code").$type<RejectReason>(),
    itemIds: jsonb("item_ids").$type<string[]>().notNull(),
    at: instant("at").notNull().defaultNow(),
  },
  (t) => [
    checkOneOf("reviews_verdict_known", t.verdict, ReviewVerdict.options),
    checkOneOf("reviews_reason_code_known", t.reasonCode, REJECT_REASON_CODES),
    index("reviews_suggestion").on(t.suggestionId, t.at),
    index("reviews_at").on(t.at),
  ],
);

/** The log of a proof: what was tried, when, and why it won or lost. Goes with its suggestion. */
export const proofEvents = pgTable(
  "proof_events",
  {
    suggestionId: text("suggestion_id")
      .notNull()
      .references(() => suggestions.id, { onDelete: "cascade" }),
    /** Grows over all proofs: the order of the events, with gaps. */
    seq: bigserial("seq", { mode: "number" }).notNull(),
    at: instant("at").notNull().defaultNow(),
    event: jsonb("event").$type<ProofEvent>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.suggestionId, t.seq] })],
);

export const operations = pgTable(
  "operations",
  {
    id: text("id").primaryKey(),
    suggestionId: text("suggestion_id")
      .notNull()
      .references(() => suggestions.id),
    productId: text("product_id").notNull(),
    kind: text("kind").$type<OperationKind>().notNull(),
    state: text("state").$type<OperationState>().notNull(),
    isAutomatic: boolean("is_automatic").notNull().default(false),
    itemIds: jsonb("item_ids").$type<string[]>().notNull(),
    plan: jsonb("plan").$type<Plan>().notNull(),
    /** The plan is only good for this schema; another one is refused before anything runs. */
    schemaFingerprint: text("schema_fingerprint").notNull(),
    requestedBy: text("requested_by").notNull(),
    progress: jsonb("progress").$type<Operation["progress"]>().notNull(),
    statements: jsonb("statements").$type<Operation["statements"]>().notNull().default([]),
    /** What the product answered: the schema after the execution, which a revert expects. */
    schemaFingerprintAfter: text("schema_fingerprint_after"),
    /** Live latencies per shape just before the execution: what "actual" is compared with. */
    liveBefore: jsonb("live_before"),
    /** What the product told of calls since, kept between looks that are far apart. */
    liveAfter: jsonb("live_after").$type<WorkloadPattern[]>(),
    verification: jsonb("verification").$type<Verification>(),
    error: jsonb("error").$type<{ code: string; message: string }>(),
    createdAt: instant("created_at").notNull().defaultNow(),
    startedAt: instant("started_at"),
    finishedAt: instant("finished_at"),
  },
  (t) => [
    checkOneOf("operations_kind_known", t.kind, OperationKind.options),
    checkOneOf("operations_state_known", t.state, OperationState.options),
    index("operations_suggestion").on(t.suggestionId, t.createdAt),
    index("operations_finished").on(t.kind, t.finishedAt),
    /** Is one running, or being verified? Asked before every proof. */
    index("operations_product_state").on(t.productId, t.state, t.finishedAt),
    /** How executions turned out: what the confidence of a proof is calibrated by. */
    index("operations_judged")
      .on(t.finishedAt.desc())
      .where(
        sql`kind = 'execute' and verification->>'state' in ('confirmed', 'confirmed_with_regressions', 'regressed')`,
      ),
    /**
     * At most one execution and one revert per suggestion; only a failed one may be tried again, and both once
     * what was rolled back is executed again.
     */
    uniqueIndex("operations_once")
      .on(t.suggestionId, t.kind)
      .where(sql`state not in ('failed', 'reverted')`),
    /** The lock: one running operation a product. */
    uniqueIndex("operations_product_lock").on(t.productId).where(sql`state = 'executing'`),
  ],
);
