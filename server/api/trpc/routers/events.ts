import { assertCan } from "@/server/identity";
import { procedure, router } from "../init";
import { liveEvents } from "../live-events";

export const eventsRouter = router({
  /** Ids of what changed, as it changes (server-sent events). Readers load the rows themselves. */
  stream: procedure.subscription(async function* ({ ctx, signal }) {
    assertCan(ctx.actor, "suggestion.read");
    yield* liveEvents(ctx.bus, signal ?? new AbortController().signal);
  }),
});
