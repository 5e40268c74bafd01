import { lt } from "drizzle-orm";
import { notifications } from "@/drizzle/schema";
import { keptSince, type ServiceContext } from "@/server/platform";
import { pruneSlackRequests } from "./slack/take-request";

/** Deletes notifications, with their deliveries, that are older than they are kept; answers how many. */
export async function pruneNotifications({
  ctx,
}: {
  ctx: Pick<ServiceContext, "db" | "clock">;
}): Promise<number> {
  await pruneSlackRequests({ ctx });
  const isOld = lt(notifications.createdAt, await keptSince(ctx.db, "notifications"));
  const { count } = await ctx.db.delete(notifications).where(isOld);
  return count;
}
