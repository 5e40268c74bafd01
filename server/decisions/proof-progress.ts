import { and, eq } from "drizzle-orm";
import { suggestions } from "@/drizzle/schema";
import type { ProofProgress } from "@/server/contracts";
import { publish, type ServiceContext } from "@/server/platform";

const WRITE_EVERY_MS = 500;

/** Stores a proof's progress for live pages: at most every half second, the newest always last. */
export function createProgressWriter(ctx: ServiceContext, id: string) {
  let newest: ProofProgress | null = null;
  let writing = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  function flush(): Promise<void> {
    const progress = newest;
    newest = null;
    if (progress === null) return writing;
    // A lost progress line is not worth failing a proof for; the next one follows.
    writing = writing.then(() => store(ctx, id, progress)).catch(() => {});
    return writing;
  }

  return {
    write(progress: ProofProgress): void {
      newest = progress;
      timer ??= setTimeout(() => {
        timer = null;
        void flush();
      }, WRITE_EVERY_MS);
    },
    async close(): Promise<void> {
      if (timer) clearTimeout(timer);
      await flush();
    },
  };
}

async function store(ctx: ServiceContext, id: string, progress: ProofProgress): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(suggestions)
      .set({ progress, updatedAt: new Date() })
      .where(and(eq(suggestions.id, id), eq(suggestions.state, "proving")));
    await publish(tx, { topic: "suggestion", id });
  });
}
