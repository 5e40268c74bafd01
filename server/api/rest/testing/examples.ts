import type { Operation, Suggestion, Verification } from "@/server/contracts";

const AT = "2026-01-01T00:00:00.000Z";

/** A suggestion as the verbs answer it: an estimate with one item. */
export function exampleSuggestion(change: Partial<Suggestion> = {}): Suggestion {
  const id = change.suggestion_id ?? "sugg-0123456789ab";
  return {
    suggestion_id: id,
    suggestions: [
      {
        item_id: "item-0123456789ab",
        candidate_id: "add_index:projects:status",
        type: "add_index",
        table: "projects",
        target: "status",
        change: { kind: "add_index", table: "projects", column: "status" },
        title: "Index status",
        reason: "High frequency filtering on non-indexed column",
        execution_sql: "CREATE INDEX idx_projects_status ON projects (status);",
        revert_sql: "DROP INDEX idx_projects_status;",
        estimated_impact: {
          query_speedup: "10%",
          storage_overhead: "2%",
          time_saved: 0.1,
          storage_added: 0.02,
          basis: "estimate",
          query_speedup_interval: null,
          of: "targeted_queries",
          coverage: null,
          note: null,
        },
        decision_factors: [{ name: "frequency", detail: "120 calls", weight: 0.5 }],
        drawbacks: [],
        risk: {
          level: "low",
          locks: "none",
          write_cost: "small",
          reversibility: "full",
          blast_radius: "one table",
          affected_consumers: [],
        },
        verdict: null,
        evidence: null,
        explanation: null,
        is_approved: null,
        rejected_before: null,
        reverted_before: null,
      },
    ],
    confidence: 0.3,
    requires_approval: true,
    state: "pending",
    basis: "estimate",
    advised_by: "rules",
    operation_type: "schema_optimization",
    product_id: null,
    requested: null,
    card: null,
    alternatives: [],
    set_evidence: null,
    coverage: null,
    sets: [],
    findings: [],
    warnings: [],
    progress: null,
    search: { is_running: false, revision: 0, revision_note: null, untested_count: 0 },
    reviews: [],
    feedback: [],
    operations: [],
    error: null,
    superseded_by: null,
    edited_from: null,
    edits: [],
    note: "An estimate.",
    created_at: AT,
    updated_at: AT,
    expires_at: null,
    links: {
      self: `/agent/suggestions/${id}`,
      events: `/agent/suggestions/${id}/events`,
      log: `/agent/suggestions/${id}/log`,
      review: `/suggestions/${id}`,
    },
    ...change,
  };
}

/** An execution that is watched, or was until five minutes past the hour. */
export function watchedExecution(
  state: Verification["state"],
  change: Partial<Verification> = {},
): Operation {
  return exampleOperation({
    state: "executed",
    verification: {
      state,
      window_started_at: AT,
      window_ended_at: state === "verifying" ? null : "2026-01-01T00:05:00.000Z",
      queries: [],
      summary: "",
      ...change,
    },
  });
}

export function exampleOperation(change: Partial<Operation> = {}): Operation {
  return {
    operation_id: "op-0123456789ab",
    suggestion_id: "sugg-0123456789ab",
    kind: "execute",
    state: "queued",
    item_ids: ["item-0123456789ab"],
    plan: {
      statements: ["CREATE INDEX i ON projects (status)"],
      revert_statements: ["DROP INDEX i"],
      cleanup_statements: [],
      is_reversible: true,
    },
    is_automatic: false,
    requested_by: "person@example.org",
    progress: { message: "Waiting.", fraction: 0 },
    statements: [],
    verification: null,
    error: null,
    created_at: AT,
    started_at: null,
    finished_at: null,
    ...change,
  };
}
