import { lt, sql } from "drizzle-orm";
import { notifications } from "@/drizzle/schema";
import type { ServiceContext } from "@/server/platform";
import { pruneSlackRequests } from "./slack/take-request";

/** Deletes notifications, with their deliveries, after NOTIFICATIONS_KEEP_DAYS; answers how many. */
export async function pruneNotifications({ ctx }: { ctx: ServiceContext }): Promise<number> {
  await pruneSlackRequests({ ctx });
  const days = ctx.settings.NOTIFICATIONS_KEEP_DAYS;
  const pruned = await ctx.db
    .delete(notifications)
    .where(lt(notifications.createdAt, sql`now() - make_interval(days => ${days})`))
    .returning({ id: notifications.id });
  return pruned.length;
}
