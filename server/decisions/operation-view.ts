import type { Operation } from "@/server/contracts";
import type { OperationRow } from "./transition";

/** An operation as callers see it. */
export function toOperation(row: OperationRow): Operation {
  return {
    operation_id: row.id,
    suggestion_id: row.suggestionId,
    kind: row.kind,
    state: row.state,
    item_ids: row.itemIds,
    plan: row.plan,
    is_automatic: row.isAutomatic,
    requested_by: row.requestedBy,
    progress: row.progress,
    statements: row.statements,
    verification: row.verification,
    error: row.error,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  };
}
