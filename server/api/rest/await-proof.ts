import { isProving, type Suggestion } from "@/server/contracts";
import { waitForSuggestion } from "@/server/decisions";
import type { ServiceContext } from "@/server/platform";

/** The suggestion once its proof has ended, or as it is after `seconds`, and where it is read. */
export async function awaitProof(
  ctx: ServiceContext,
  first: Suggestion,
  seconds: number,
): Promise<{ suggestion: Suggestion; status: 200 | 202; headers: { location: string } }> {
  const input = { suggestion_id: first.suggestion_id, seconds };
  const waited =
    isProving(first.state) && seconds > 0 ? await waitForSuggestion({ ctx, input }) : first;
  const suggestion = first.is_existing ? { ...waited, is_existing: true } : waited;
  return {
    suggestion,
    status: isProving(suggestion.state) ? 202 : 200,
    headers: { location: `/agent/suggestions/${suggestion.suggestion_id}` },
  };
}
