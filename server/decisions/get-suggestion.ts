import type { Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { loadSuggestion } from "./suggestion-view";

/** One suggestion with evidence, alternatives, reviews and operations. Throws `not_found`. */
export async function getSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.read");
  return loadSuggestion(ctx.db, input.suggestion_id);
}
