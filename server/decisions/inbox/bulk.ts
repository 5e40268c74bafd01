import type { BulkRequest, BulkResult } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { approveSuggestion } from "../approve-suggestion";
import { rejectSuggestion } from "../decide";
import { markSuggestion, snoozeSuggestion } from "./marks";
import { assignSuggestion } from "./triage";

/**
 * Does one thing to many suggestions, each in a transaction of its own as if it were done alone: what fails
 * is told with its reason and hinders no other. Throws `forbidden`.
 */
export async function changeSuggestions({
  ctx,
  input: { suggestion_ids: ids, action },
}: {
  ctx: ServiceContext;
  input: BulkRequest;
}): Promise<BulkResult[]> {
  assertCan(ctx.actor, "suggestion.read");
  const results: BulkResult[] = [];
  for (const id of new Set(ids)) {
    try {
      await changeOne(ctx, id, action);
      results.push({ suggestion_id: id, error: null });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      results.push({ suggestion_id: id, error: { code: error.code, message: error.message } });
    }
  }
  return results;
}

async function changeOne(ctx: ServiceContext, id: string, action: BulkRequest["action"]) {
  const input = { suggestion_id: id };
  switch (action.kind) {
    case "approve":
      return approveSuggestion({ ctx, input: { ...input, reason: action.reason } });
    case "reject": {
      const { reason, reason_code } = action;
      return rejectSuggestion({ ctx, input: { ...input, reason, reason_code } });
    }
    case "assign":
      return assignSuggestion({ ctx, input: { ...input, assignee_id: action.assignee_id } });
    case "snooze":
      return snoozeSuggestion({ ctx, input: { ...input, until: action.until } });
    case "mark":
      return markSuggestion({ ctx, input: { ...input, is_read: action.is_read } });
  }
}
