import { publish, type Root } from "@/server/platform";

const EVERY_MS = 250;

/** Tells live pages that messages moved, soon and not for each of them; never waits, never throws. */
export function createAnnouncer({ db, log }: Pick<Root, "db" | "log">): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      publish(db, { topic: "message", id: "*" }).catch((error: unknown) => {
        log.debug({ err: error }, "live pages were not told of messages");
      });
    }, EVERY_MS).unref();
  };
}
