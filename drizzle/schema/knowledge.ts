import { sql } from "drizzle-orm";
import {
  bigserial,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { ActorKind, type GatheredWorkload, type ProductFault } from "@/server/contracts";
import { checkOneOf } from "./closed-values";

const instant = (name: string) =>
  timestamp(name, { withTimezone: true, mode: "date", precision: 3 });

/** Specification, section 4: exactly its columns. The life of a decision is in `suggestions`. */
export const agentDecisions = pgTable(
  "agent_decisions",
  {
    decisionId: uuid("decision_id").primaryKey().defaultRandom(),
    timestamp: instant("timestamp").notNull().defaultNow(),
    operationType: text("operation_type").notNull(),
    context: jsonb("context").notNull(),
    suggestion: jsonb("suggestion").notNull(),
    approved: boolean("approved"),
    executed: boolean("executed"),
    outcome: jsonb("outcome"),
    feedbackScore: doublePrecision("feedback_score"),
  },
  /** The last proof of the same question: what a proof does not read of a context aside. */
  (t) => [
    index("agent_decisions_question").using(
      "hash",
      sql`(${t.context} - '{budget_seconds,current_schema,current_views,row_count}'::text[])`,
    ),
  ],
);

/** Specification, section 4. `pattern_id` is derived from product and fingerprint, so one row a shape. */
export const observedPatterns = pgTable(
  "observed_patterns",
  {
    patternId: uuid("pattern_id").primaryKey(),
    patternType: text("pattern_type").notNull(),
    patternData: jsonb("pattern_data").notNull(),
    firstObserved: instant("first_observed").notNull(),
    lastObserved: instant("last_observed").notNull(),
    occurrenceCount: integer("occurrence_count").notNull(),
    confidence: doublePrecision("confidence").notNull(),
  },
  (t) => {
    const productId = sql`(pattern_data->>'product_id')`;
    return [
      index("observed_patterns_calls").on(
        productId,
        t.occurrenceCount.desc().nullsFirst(),
        t.patternId,
      ),
      index("observed_patterns_first").on(productId, t.firstObserved),
    ];
  },
);

/** The data products this sidecar knows, with what it last saw of them. */
export const dataProducts = pgTable("data_products", {
  productId: text("product_id").primaryKey(),
  /** Empty, and no schema, until it has answered once. */
  domain: text("domain").notNull(),
  baseUrl: text("base_url").notNull(),
  schema: jsonb("schema"),
  schemaFingerprint: text("schema_fingerprint"),
  dataVersion: text("data_version"),
  lastSeenAt: instant("last_seen_at"),
  lastError: text("last_error"),
  /** What the last observation found wrong with its answers. */
  faults: jsonb("faults").$type<ProductFault[]>().notNull().default([]),
  /** What ended the last test run; null: nothing that the product is the reason of. */
  proofFault: jsonb("proof_fault").$type<ProductFault>(),
  /** Calls up to here are already counted in observed_patterns. */
  workloadUntil: instant("workload_until"),
  /** Calls of shapes the product could not keep, as far as counted. */
  droppedCalls: integer("dropped_calls").notNull().default(0),
  /** While an analysis waits until the workload is enough; null: none does. */
  gathered: jsonb("gathered").$type<GatheredWorkload>(),
  /** How often the workload had moved so far that it was measured anew: part of what a request asks. */
  workloadEpoch: integer("workload_epoch").notNull().default(0),
});

/** Append-only: one row for every state change, in the transaction that made it. */
export const auditEvents = pgTable(
  "audit_events",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    at: instant("at").notNull().defaultNow(),
    actorKind: text("actor_kind").$type<ActorKind>().notNull(),
    actorId: text("actor_id").notNull(),
    actorLabel: text("actor_label").notNull(),
    /** `entity.verb`, e.g. `suggestion.approve`. */
    action: text("action").notNull(),
    subjectType: text("subject_type").notNull(),
    subjectId: text("subject_id").notNull(),
    before: jsonb("before"),
    after: jsonb("after"),
    requestId: text("request_id"),
  },
  (t) => [
    checkOneOf("audit_events_actor_kind_known", t.actorKind, ActorKind.options),
    index("audit_events_subject").on(t.subjectId, t.id),
    /** The last time that something was done. */
    index("audit_events_action").on(t.action, t.id),
  ],
);

/** First answer to a POST with an Idempotency-Key, replayed to a repeat of the same request. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    /** actor id + route + key */
    key: text("key").primaryKey(),
    requestHash: text("request_hash").notNull(),
    status: integer("status"),
    body: jsonb("body"),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (t) => [index("idempotency_keys_created").on(t.createdAt)],
);
