import { z } from "zod";
import { JsonScalar } from "./data-product";
import type { MessageType } from "./message";

/**
 * What each type of message says. Fields it does not name are kept; those that tie messages together
 * stand in the content, so that the envelope stays as the specification shows it.
 */
const Correlation = {
  /** Left out by the first message of a conversation: its own record id then is the conversation's. */
  conversation_id: z.uuid().optional(),
  /** The `message_id` this answers. */
  in_reply_to: z.string().min(1).max(200).optional(),
  /** 1, 2, … among the messages of the conversation from this sender to this recipient: handled in this order. */
  sequence: z.number().int().min(1).max(1_000_000).optional(),
};

/** What a message says, without what ties it to others. */
export function withoutCorrelation(content: Record<string, unknown>): Record<string, unknown> {
  const { conversation_id: _id, in_reply_to: _reply, sequence: _sequence, ...said } = content;
  return said;
}

// Of any length and kind, as they came: names and types are checked before anything is said of them.
const Text = z.string().catch("").meta({ type: "string" });

/** A table and column of a data product, named as its catalog does. */
const ColumnReference = z.looseObject({
  product_id: z.string().min(1).max(200).optional(),
  table: Text,
  column: Text,
});

export const ProposedOperation = z.enum([
  ...(["add_column", "drop_column", "change_type", "rename_column", "add_table"] as const),
]);
export type ProposedOperation = z.infer<typeof ProposedOperation>;

/** The change of its own schema that the sender proposes. */
export const ProposalDetails = z.looseObject({
  table: Text,
  column_name: Text,
  column_type: Text,
  /** Of `rename_column`. */
  new_name: z.string().optional(),
  /** Of `add_table`. */
  columns: z.array(z.object({ name: Text, type: Text })).optional(),
  required: z.boolean().catch(false).meta({ type: "boolean" }),
  default: JsonScalar.optional()
    .catch(undefined)
    .meta({ type: ["string", "number", "boolean", "null"] }),
  description: Text,
  purpose: Text,
  /** What a new column's values point to, often in the recipient's product. */
  references: ColumnReference.optional().catch(undefined).meta({ type: "object" }),
});
export type ProposalDetails = z.infer<typeof ProposalDetails>;

/** What was found of a proposal on the answerer's own data. Everything optional but the reasons. */
export const AnswerEvidence = z.looseObject({
  /** Tables, views, query shapes and constraints that the proposal touches, by name. */
  touches: z
    .array(z.looseObject({ kind: z.string().max(40), name: z.string().max(400) }))
    .max(200)
    .optional(),
  /** Measured on a shadow copy; its suggestion there. */
  suggestion_id: z.string().max(100).optional(),
  is_measured: z.boolean().optional(),
  rows: z.number().int().nonnegative().optional(),
  /** Share of the workload's time, with its 95% interval; negative: slower. */
  workload_gain: z
    .looseObject({ estimate: z.number(), low: z.number(), high: z.number() })
    .optional(),
});
export type AnswerEvidence = z.infer<typeof AnswerEvidence>;

const Reasons = z.array(z.string().min(1).max(1000)).max(50);

const SchemaProposal = z.looseObject({
  ...Correlation,
  operation: ProposedOperation,
  details: ProposalDetails,
});

const Answer = z.looseObject({
  ...Correlation,
  reasons: Reasons.default([]),
  evidence: AnswerEvidence.optional(),
});

const OUTCOMES = {
  /** Of a completion: what became of the proposed change. */
  completion: ["executed", "failed", "declined", "cancelled", "compensated"],
  /** Of a sync: what became of the recipient's related change. */
  sync: ["applied", "nothing_to_do", "failed", "compensated", "compensation_failed"],
} as const;

/** Of a completion: what became of the proposed change. */
export const CompletionOutcome = z.enum(OUTCOMES.completion);
export type CompletionOutcome = z.infer<typeof CompletionOutcome>;
/** Of a sync: what became of the related change. */
export const SyncOutcome = z.enum(OUTCOMES.sync);
export type SyncOutcome = z.infer<typeof SyncOutcome>;

const Completion = z.looseObject({
  ...Correlation,
  outcome: CompletionOutcome,
  detail: z.string().max(2000).default(""),
});
const SyncComplete = z.looseObject({
  ...Correlation,
  outcome: SyncOutcome,
  detail: z.string().max(2000).default(""),
  evidence: AnswerEvidence.optional(),
});

const QualityAlert = z.looseObject({
  ...Correlation,
  table: z.string().min(1).max(400),
  column: z.string().max(400).optional(),
  /** What was found: `nulls`, `duplicates`, `orphans`, `outliers`, `stale`, … */
  check: z.string().max(100).optional(),
  severity: z.enum(["info", "warning", "critical"]).default("warning"),
  detail: z.string().max(4000).default(""),
});

const QueryOptimization = z.looseObject({
  ...Correlation,
  /** Query of the recipient's product that the sender runs, or wants faster. */
  query: z.string().min(1).max(100_000),
  table: z.string().max(400).optional(),
  frequency: z.number().int().positive().default(1),
  detail: z.string().max(4000).default(""),
});

const ResourceScale = z.looseObject({
  ...Correlation,
  resource: z.enum(["threads", "memory", "storage"]),
  direction: z.enum(["up", "down"]),
  /** What is asked for: threads, or bytes. */
  amount: z.number().positive().optional(),
  detail: z.string().max(4000).default(""),
});

/** Salted hashes of sampled key values: the data themselves stay where they are. */
export const KeySample = z.looseObject({
  type: z.string().max(2000),
  rows: z.number().int().nonnegative(),
  distinct: z.number().int().nonnegative(),
  nulls: z.number().int().nonnegative(),
  is_sample: z.boolean(),
  /** Base64url HMAC-SHA-256 of values as text, keyed by the conversation's id. */
  hashes: z.array(z.string().max(64)).max(5000),
});
export type KeySample = z.infer<typeof KeySample>;

const CoordinationRequest = z.looseObject({
  ...Correlation,
  purpose: z.string().max(4000).default(""),
  /** Of the sender's product, then of the recipient's. */
  left: ColumnReference,
  right: ColumnReference,
  sample: KeySample.optional(),
});

const CapabilityAdvertisement = z.looseObject({
  ...Correlation,
  capabilities: z.array(z.string().min(1).max(100)).max(100),
});
const Acknowledgement = z.looseObject({
  ...Correlation,
  reasons: Reasons.default([]),
  evidence: AnswerEvidence.optional(),
});
const ErrorContent = z.looseObject({
  ...Correlation,
  code: z.string().min(1).max(100),
  message: z.string().max(4000),
});

/** The content of each type of message; what it makes of missing or odd fields is said there. */
export const MESSAGE_CONTENTS = {
  schema_proposal: SchemaProposal,
  acceptance: Answer,
  rejection: Answer,
  counter_proposal: SchemaProposal.extend({
    reasons: Reasons.default([]),
    evidence: AnswerEvidence.optional(),
  }),
  completion: Completion,
  sync_complete: SyncComplete,
  quality_alert: QualityAlert,
  query_optimization: QueryOptimization,
  resource_scale: ResourceScale,
  coordination_request: CoordinationRequest,
  capability_advertisement: CapabilityAdvertisement,
  acknowledgement: Acknowledgement,
  error: ErrorContent,
} as const satisfies Record<MessageType, z.ZodType>;

export type MessageContent<Type extends MessageType> = z.infer<(typeof MESSAGE_CONTENTS)[Type]>;
