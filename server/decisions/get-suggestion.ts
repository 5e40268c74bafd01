import type { Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { assertVisible } from "./product-scope";
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
  await assertVisible(ctx, input.suggestion_id);
  return loadSuggestion(ctx.db, input.suggestion_id);
}
