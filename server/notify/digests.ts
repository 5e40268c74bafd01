import { and, eq, inArray, lte } from "drizzle-orm";
import { notificationDeliveries, notificationPreferences } from "@/drizzle/schema";
import { DEFAULT_PREFERENCES, type NotificationPreferences } from "@/server/contracts";
import type { ServiceContext } from "@/server/platform";
import { notify } from "./notify";
import { lastDigestAt } from "./quiet-hours";

/**
 * Makes the digests that are due: one a person, of everything that waited for it, in one transaction with what it
 * collects. Asked for twice it makes none twice; what comes after its time waits for the next.
 */
export async function makeDigests({ ctx }: { ctx: ServiceContext }): Promise<void> {
  const waiting = await ctx.db
    .selectDistinct({
      userId: notificationDeliveries.userId,
      preferences: notificationPreferences.preferences,
    })
    .from(notificationDeliveries)
    .leftJoin(
      notificationPreferences,
      eq(notificationPreferences.userId, notificationDeliveries.userId),
    )
    .where(eq(notificationDeliveries.state, "waiting"));
  for (const { userId, preferences } of waiting) {
    if (userId !== null) await makeDigest(ctx, userId, preferences ?? DEFAULT_PREFERENCES);
  }
}

async function makeDigest(
  ctx: ServiceContext,
  userId: string,
  preferences: NotificationPreferences,
): Promise<void> {
  const dueAt = lastDigestAt(preferences, ctx.clock.now());
  await ctx.db.transaction(async (tx) => {
    const collected = await tx
      .update(notificationDeliveries)
      .set({ state: "collected", finishedAt: ctx.clock.now() })
      .where(
        and(
          eq(notificationDeliveries.userId, userId),
          eq(notificationDeliveries.state, "waiting"),
          lte(notificationDeliveries.createdAt, dueAt),
        ),
      )
      .returning({ id: notificationDeliveries.id });
    if (collected.length === 0) return;
    const digestId = await notify({
      ...{ tx, ctx },
      input: { event: "digest", subject: { type: "user", id: userId }, userIds: [userId] },
    });
    const ids = collected.map(({ id }) => id);
    await tx
      .update(notificationDeliveries)
      .set({ digestId })
      .where(inArray(notificationDeliveries.id, ids));
  });
}
