import { serveActiveModel } from "@/server/models";
import type { ServiceContext } from "@/server/platform";

/** A worker that was restarted serves the default again: it is told within this time. */
const LOOK_MS = 15_000;

/** Has the inference worker serve the active model, from now on. Answers what stops it. */
export function startModelKeeper(ctx: ServiceContext): () => Promise<void> {
  const { bus, log } = ctx;
  let looking = Promise.resolve();
  const look = () => {
    looking = looking
      .then(() => serveActiveModel({ ctx }))
      .catch((error: unknown) => log.warn({ err: error }, "the active model is not known"));
  };
  const timer = setInterval(look, LOOK_MS);
  const subscribed = bus.subscribe((event) => {
    if (event.topic === "model") look();
  });
  look();
  return async () => {
    clearInterval(timer);
    await (await subscribed)();
    await looking;
  };
}
