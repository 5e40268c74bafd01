import type { RetentionSubject } from "@/server/contracts";
import { pruneSessions } from "@/server/identity";
import { pruneMessages, pruneRefusals } from "@/server/messaging";
import { pruneNotifications } from "@/server/notify";
import type { ServiceContext } from "@/server/platform";
import { pruneJobs } from "@/server/queue";

type PruneContext = Pick<ServiceContext, "db" | "clock">;

/** What deletes each kind of row that the page _Retention_ names. */
const PRUNERS: Record<RetentionSubject, (of: { ctx: PruneContext }) => Promise<number>> = {
  messages: pruneMessages,
  refusals: pruneRefusals,
  jobs: pruneJobs,
  sessions: pruneSessions,
  notifications: pruneNotifications,
};

/** Deletes what is older than it is kept; answers how many rows of each kind. */
export async function pruneAll({
  ctx,
}: {
  ctx: PruneContext;
}): Promise<Partial<Record<RetentionSubject, number>>> {
  const pruned: Partial<Record<RetentionSubject, number>> = {};
  for (const [subject, prune] of Object.entries(PRUNERS)) {
    Object.assign(pruned, { [subject]: await prune({ ctx }) });
  }
  return pruned;
}
