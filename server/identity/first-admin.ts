import { eq } from "drizzle-orm";
import { oneTimeLinks } from "@/drizzle/schema";
import { recordAudit, type ServiceContext } from "@/server/platform";
import type { IdentityContext } from "./context";
import { createLink, revokeLinks } from "./one-time-links";
import { assertCan } from "./permissions";
import { hasActiveAdmin, lockPeople } from "./users";

const HOURS = 24;
const HOUR_MS = 3_600_000;

/**
 * A link with which whoever started this installation becomes its first administrator: works once,
 * for a day, and only while there is no active administrator. It replaces an earlier one. null: there
 * is an administrator.
 */
export async function startFirstAdmin({
  ctx,
}: {
  ctx: IdentityContext & Pick<ServiceContext, "clock">;
}): Promise<{ token: string; expires_at: string } | null> {
  assertCan(ctx.actor, "user.manage");
  const now = ctx.clock.now();
  return ctx.db.transaction(async (tx) => {
    await lockPeople(tx);
    if (await hasActiveAdmin(tx)) return null;
    await revokeLinks(tx, eq(oneTimeLinks.kind, "first_admin"), now);
    const expiresAt = new Date(now.getTime() + HOURS * HOUR_MS);
    const values = { kind: "first_admin", roles: ["admin" as const], expiresAt } as const;
    const { token, link } = await createLink(tx, {
      ...values,
      roles: ["admin"],
      createdBy: ctx.actor.label,
    });
    await recordAudit(tx, ctx, {
      action: "user.start_first_admin",
      subjectType: "link",
      subjectId: link.id,
      after: { expires_at: expiresAt.toISOString() },
    });
    return { token, expires_at: expiresAt.toISOString() };
  });
}
