import { sql } from "drizzle-orm";
import { evidenceOf, queryEvidenceOf } from "@/server/decisions/testing/evidence";
import type { Database } from "@/server/platform";

/** The last migration of the release before the state machine, the queue and verdicts with a basis. */
export const OLD_RELEASE = "0006_superseded_by";

/** States of a suggestion in that release. */
export const OLD_STATES = [
  ...["proposed", "proving", "pending", "no_gain", "approved", "rejected", "expired"],
  ...["superseded", "executing", "executed", "failed", "verified", "reverted"],
];

/** Verdicts on alternatives as that release wrote them, and what today calls them. */
export const OLD_VERDICTS = [
  {
    code: "gain_below_threshold",
    reason: "Gains less than the 10% asked for.",
    today: { code: "gain_below_threshold", basis: "measured" },
  },
  {
    code: "interval_includes_zero",
    reason: "No gain shown: the interval includes zero.",
    today: { code: "interval_includes_zero", basis: "measured" },
  },
  {
    code: "slower",
    reason: "Whole workload 4% slower.",
    today: { code: "slower", basis: "measured" },
  },
  {
    code: "regresses_query",
    reason: "12% slower, 4 ms → 4.5 ms: SELECT 1.",
    today: { code: "regresses_query", basis: "measured" },
  },
  {
    code: "results_differ",
    reason: "1 of 3 queries answer differently.",
    today: { code: "results_differ", basis: "measured" },
  },
  {
    code: "cost_exceeds_gain",
    reason: "Costs more than it gains: 2% net loss.",
    today: { code: "cost_exceeds_gain", basis: "measured" },
  },
  {
    code: "failed_to_apply",
    reason: "It cannot be applied: no such column.",
    today: { code: "failed_to_apply", basis: "error" },
  },
  {
    code: "not_measurable",
    reason: "It could not be measured: out of memory.",
    today: { code: "not_measurable", basis: "error" },
  },
  {
    code: "not_tried",
    reason: "The time of this proof ended before its turn.",
    today: { code: "not_reached", basis: "estimated" },
  },
  {
    code: "not_tried",
    reason: "The time of this proof ended while it was measured beside others. Alone: 30% faster.",
    today: { code: "not_reached", basis: "estimated" },
  },
  {
    code: "not_tried",
    reason: "An index on three values is slower than a scan.",
    today: { code: "excluded_by_rule", basis: "estimated" },
  },
  {
    code: "superseded_by_set",
    reason: "Excludes “Order by date”, which gained more. Alone: 30% faster.",
    today: { code: "conflicts_in_set", basis: "measured" },
  },
  {
    code: "superseded_by_set",
    reason:
      "Excludes “Order by date”. By what each gained alone (an estimate) it would gain too little more beside the chosen changes. Alone: 30% faster.",
    today: { code: "excluded_on_estimate", basis: "estimated" },
  },
  {
    code: "superseded_by_set",
    reason:
      "Cannot be applied beside the chosen changes: undefined is not a function. Alone: 30% faster.",
    today: { code: "failed_in_set", basis: "error" },
  },
  {
    code: "superseded_by_set",
    reason: "Does harm beside the changes chosen after it: 12% slower. Alone: 30% faster.",
    today: { code: "harmful_in_set", basis: "measured" },
  },
  {
    code: "superseded_by_set",
    reason: "Needless beside the changes chosen after it: gains less. Alone: 30% faster.",
    today: { code: "redundant_in_set", basis: "measured" },
  },
  {
    code: "superseded_by_set",
    reason:
      "Beside the chosen changes: Gains less than the 5% asked for. Whole workload 1% faster. Alone: 30% faster.",
    today: { code: "redundant_in_set", basis: "measured" },
  },
  {
    code: "superseded_by_set",
    reason:
      "Beside the chosen changes: 12% slower, 4 ms → 4.5 ms: SELECT 1; whole workload 2% faster. Alone: 30% faster.",
    today: { code: "harmful_in_set", basis: "measured" },
  },
  {
    code: "superseded_by_set",
    reason: "Beside the chosen changes table projects has other rows. Alone: 30% faster.",
    today: { code: "harmful_in_set", basis: "measured" },
  },
  {
    code: "superseded_by_set",
    reason: "A reason that no release wrote.",
    today: { code: "not_reached", basis: "estimated" },
  },
];

const PASSED = { code: "passed", is_accepted: true, reason: "Whole workload 55% faster." };
export const OLD_EVIDENCE = evidenceOf([queryEvidenceOf("by-status", 0.55)]);
export const DRAWBACKS = ["Inserts take longer."];

/** A candidate with the field names of that release. */
function oldCandidate(column: string) {
  return {
    candidate_id: `add_index:projects:${column}`,
    change: { kind: "add_index", table: "projects", column },
    target: column,
    title: `Index on ${column}`,
    reason: "Looked up often.",
    factors: [{ name: "selectivity", detail: "few rows", weight: 0.8 }],
    counter_indications: DRAWBACKS,
    risk: {
      ...{ level: "low", locks: "", write_cost: "", reversibility: "", blast_radius: "" },
      affected_consumers: [],
    },
    plan: {
      statements: [`CREATE INDEX by_${column} ON projects(${column});`],
      revert_statements: [`DROP INDEX by_${column};`],
      ...{ cleanup_statements: [], is_reversible: true },
    },
    targeted_fingerprints: ["by-status"],
    ...{ prior: 0.5, estimated_gain: 0.5, estimated_storage_overhead: 0.01 },
  };
}

/** Of a suggestion in this state: was it approved, and did an operation run? */
const isDecided = (state: string) =>
  ["approved", "rejected", "executing", "executed", "failed", "verified", "reverted"].includes(
    state,
  );
const OPERATION_OF: Record<string, string> = {
  ...{ executing: "executing", executed: "executed", failed: "failed" },
  ...{ verified: "verified", reverted: "reverted" },
};

export const oldId = (state: string) => `sugg-${state.replaceAll("_", "")}00`;

/** A suggestion in this state, with everything that belongs to it. */
async function storeOldSuggestion(db: Database, state: string): Promise<void> {
  const id = oldId(state);
  const suggested = state === "proving" || state === "no_gain" ? [] : [oldCandidate("status")];
  const decision = { suggestions: suggested };
  await db.execute(sql`
    with decision as (
      insert into agent_decisions (operation_type, context, suggestion)
      values ('schema_optimization', ${json({ table_name: state })}, ${json(decision)})
      returning decision_id)
    insert into suggestions (id, decision_id, product_id, state, basis, operation_type, request_hash,
      confidence, schema_fingerprint, data_version, progress, set_evidence, requested_by)
    select ${id}, decision_id, 'duckdb-spawn', ${state}, 'measured', 'schema_optimization', ${id}, 0.95,
      'schema-1', 'data-1', ${json(progress())}, null, 'reviewer@example.org' from decision`);
  const items = [
    ...suggested.map((candidate) => ({ role: "suggested", candidate, verdict: PASSED })),
    ...OLD_VERDICTS.map(({ code, reason }, index) => ({
      role: "alternative",
      candidate: oldCandidate(`column_${index}`),
      verdict: { code, is_accepted: false, reason },
    })),
  ];
  for (const [ordinal, { role, candidate, verdict }] of items.entries()) {
    await db.execute(sql`
      insert into suggestion_items (id, suggestion_id, ordinal, role, candidate, verdict, evidence,
        explanation, is_approved)
      values (${itemId(state, ordinal)}, ${id}, ${ordinal}, ${role}, ${json(candidate)},
        ${json(verdict)}, ${json(OLD_EVIDENCE)},
        ${json({ by: "rules", model: null, text: "Faster." })}, ${isDecided(state) || null})`);
  }
  await audit(db, { action: "suggestion.open", id, after: { state: "proving" } });
  if (isDecided(state)) await storeReview(db, state);
  if (OPERATION_OF[state] !== undefined) await storeOperation(db, state, OPERATION_OF[state]);
  await db.execute(sql`
    insert into feedback (suggestion_id, actor_key, actor_label, score, comment)
    values (${id}, 'user:u-1', 'reviewer@example.org', 1, 'Useful.')`);
}

async function storeReview(db: Database, state: string): Promise<void> {
  const id = oldId(state);
  const verdict = state === "rejected" ? "rejected" : "approved";
  await db.execute(sql`
    insert into reviews (suggestion_id, reviewer_id, reviewer_label, verdict, reason, item_ids)
    values (${id}, 'u-1', 'reviewer@example.org', ${verdict}, 'Because.',
      ${json([itemId(state, 0)])})`);
  const action = verdict === "rejected" ? "suggestion.reject" : "suggestion.approve";
  await audit(db, { action, id, after: { state: verdict } });
}

async function storeOperation(db: Database, state: string, operationState: string): Promise<void> {
  const { plan } = oldCandidate("status");
  const now = "2026-01-01T00:00:00.000Z";
  const verification = {
    ...{ state: "confirmed", window_started_at: now, window_ended_at: now },
    ...{ queries: [], summary: "55% faster." },
  };
  const watching = { ...verification, state: "watching", window_ended_at: null };
  await db.execute(sql`
    insert into operations (id, suggestion_id, product_id, kind, state, item_ids, plan,
      schema_fingerprint, requested_by, progress, verification)
    values (${`op-${state}00`}, ${oldId(state)}, 'duckdb-spawn', 'execute', ${operationState},
      ${json([itemId(state, 0)])}, ${json(plan)}, 'schema-1', 'operator@example.org',
      ${json({ message: "Done.", fraction: 1 })},
      ${json(operationState === "verified" ? verification : watching)})`);
}

const json = (value: unknown) => sql`${JSON.stringify(value)}::jsonb`;
const itemId = (state: string, ordinal: number) => `item-${state.replaceAll("_", "")}${ordinal}00`;

/** As it was shown while a proof ran, with a verdict of that release. */
function progress() {
  const [verdict] = OLD_VERDICTS.filter(({ code }) => code === "superseded_by_set");
  const { code = "", reason = "" } = verdict ?? {};
  return {
    ...{ phase: "measure", fraction: 0.5, message: "Measuring" },
    verdicts: [
      {
        ...{ candidate_id: "add_index:projects:status", title: "Index on status" },
        verdict: { code, is_accepted: false, reason },
      },
    ],
  };
}

async function audit(
  db: Database,
  { action, id, after }: { action: string; id: string; after: unknown },
): Promise<void> {
  await db.execute(sql`
    insert into audit_events (actor_kind, actor_id, actor_label, action, subject_type, subject_id, after)
    values ('user', 'u-1', 'reviewer@example.org', ${action}, 'suggestion', ${id}, ${json(after)})`);
}

/** Fills a database of that release: a suggestion in each state, and a row of everything else. */
export async function liveOldLife(db: Database): Promise<void> {
  for (const state of OLD_STATES) await storeOldSuggestion(db, state);
  const now = new Date().toISOString();
  const evaluation = {
    tasks: {},
    ...{ latency_ms: { p50: 1, p95: 2 }, resident_bytes: 1 },
    present: { name: "before", sha256: "0", trusted_tasks: [], tasks: {} },
  };
  await db.execute(sql`
    insert into users (email, name, password_hash, roles)
    values ('old@example.org', 'Old', 'x', '["admin"]')`);
  await db.execute(sql`
    insert into api_keys (name, prefix, key_hash, scopes, created_by)
    values ('old key', 'sk', 'hash', '["suggestion.read"]', 'old@example.org')`);
  await db.execute(sql`
    insert into data_products (product_id, domain, base_url) values ('duckdb-spawn', 'test', 'http://x')`);
  await db.execute(sql`
    insert into observed_patterns (pattern_id, pattern_type, pattern_data, first_observed,
      last_observed, occurrence_count, confidence)
    values (gen_random_uuid(), 'query.select', '{"product_id": "duckdb-spawn", "sql": "SELECT 1"}',
      ${now}, ${now}, 3, 1)`);
  await db.execute(sql`
    insert into agent_messages (message_id, sender_id, recipient_id, message_type, content,
      sent_timestamp, delivery_status)
    values (gen_random_uuid(), 'a', 'b', 'schema_proposal', '{}', ${now}, 'received')`);
  await db.execute(sql`
    insert into models (model_id, name, sha256, file, size_bytes, parameters, quantization, source,
      state, evaluation, trained_on, created_by)
    values ('model-000001', 'old', '0', 'old.gguf', 1, 1, 'q8_0', 'refined', 'present',
      ${json(evaluation)}, ${json({ outcomes: 1, reviews: 1, base_set: "base" })}, 'old@example.org')`);
  await db.execute(sql`
    insert into jobs (kind, subject_id, state) values ('prove', ${oldId("proving")}, 'queued'),
      ('execute', 'op-executing00', 'running'), ('verify', 'op-verified00', 'done'),
      ('cleanup', 'op-reverted00', 'failed')`);
  await db.execute(sql`insert into heartbeats values ('prover', 'worker-1', now())`);
}
