import { assertCan } from "@/server/identity";
import { AppError } from "@/server/platform";
import { toTrpcError } from "../error-map";
import { procedure, router } from "../init";
import { liveEvents } from "../live-events";

const ended = () => toTrpcError(new AppError("unauthenticated", "The session has ended."));

export const eventsRouter = router({
  /** Ids of what changed, as it changes (server-sent events). Readers load the rows themselves. */
  stream: procedure.subscription(async function* ({ ctx, signal }) {
    assertCan(ctx.actor, "suggestion.read");
    const recheck = async () => {
      const actor = await ctx.identify();
      if (actor === null) throw ended();
      assertCan(actor, "suggestion.read");
    };
    yield* liveEvents(ctx.bus, signal ?? new AbortController().signal, recheck);
  }),
});
