import { assertCan } from "@/server/identity";
import { procedure, router } from "../init";
import { sharedEventHub } from "../shared-bus";

export const eventsRouter = router({
  /** Ids of what changed, as it changes (server-sent events). Readers load the rows themselves. */
  stream: procedure.subscription(async function* ({ ctx, signal }) {
    assertCan(ctx.actor, "suggestion.read");
    yield* sharedEventHub().stream(signal ?? new AbortController().signal);
  }),
});
