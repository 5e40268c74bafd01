import { assertCan } from "@/server/identity";
import type { ServiceContext } from "@/server/platform";
import { notify } from "./notify";

/**
 * Sends a notification over every configured channel: to the team's, to all webhooks, and to the person who asks.
 * Throws `forbidden`.
 */
export async function sendTestNotification({ ctx }: { ctx: ServiceContext }): Promise<void> {
  assertCan(ctx.actor, "notification.manage");
  const { kind, id } = ctx.actor;
  await ctx.db.transaction((tx) =>
    notify({
      ctx,
      tx,
      input: {
        ...{ event: "test", subject: { type: "user", id } },
        userIds: kind === "user" ? [id] : [],
      },
    }),
  );
}
