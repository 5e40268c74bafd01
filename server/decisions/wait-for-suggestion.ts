import { eq } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import { isProving, type Suggestion } from "@/server/contracts";
import { assertCan } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { assertVisible } from "./product-scope";
import { loadSuggestion } from "./suggestion-view";

/**
 * The suggestion once its proof has ended, or as it is after `seconds`. Woken by the bus; the
 * fallback poll covers an event lost with its connection.
 */
export async function waitForSuggestion({
  ctx,
  input,
}: {
  ctx: ServiceContext;
  input: { suggestion_id: string; seconds: number };
}): Promise<Suggestion> {
  assertCan(ctx.actor, "suggestion.read");
  await assertVisible(ctx, input.suggestion_id);
  const deadline = Date.now() + input.seconds * 1000;
  let wake = () => {};
  const unsubscribe = await ctx.bus.subscribe((event) => {
    if (event.topic === "suggestion" && event.id === input.suggestion_id) wake();
  });
  try {
    while ((await isStillProving(ctx, input.suggestion_id)) && Date.now() < deadline) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, Math.min(2000, deadline - Date.now())));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    await unsubscribe();
  }
  return loadSuggestion(ctx.db, input.suggestion_id);
}

async function isStillProving(ctx: ServiceContext, id: string): Promise<boolean> {
  const [row] = await ctx.db
    .select({ state: suggestions.state })
    .from(suggestions)
    .where(eq(suggestions.id, id));
  if (row === undefined) throw new AppError("not_found", `There is no suggestion ${id}.`);
  return isProving(row.state);
}
