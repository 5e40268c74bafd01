import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { oneTimeLinks, users } from "@/drizzle/schema";
import { AppError, recordAudit, type ServiceContext } from "@/server/platform";
import { type IdentityContext, parseInput } from "./context";
import { createLink, revokeLinks } from "./one-time-links";
import { assertCan } from "./permissions";

const HOURS = 24;
const HOUR_MS = 3_600_000;

const StartPasswordReset = z.object({ user_id: z.uuid() });

/**
 * Makes a link with which a person sets a new password: works once, for a day, in place of an open
 * one. `token` is answered here and never again. Throws `not_found`, or `conflict` for a person who
 * is deactivated, or where people do not sign in by password.
 */
export async function startPasswordReset({
  ctx,
  input,
}: {
  ctx: IdentityContext & Pick<ServiceContext, "clock" | "settings">;
  input: z.input<typeof StartPasswordReset>;
}): Promise<{ token: string; expires_at: string }> {
  assertCan(ctx.actor, "user.manage");
  const { user_id: userId } = parseInput(StartPasswordReset, input);
  if (ctx.settings.PASSWORD_SIGN_IN === "off") {
    throw new AppError("conflict", "People here sign in by the identity provider alone.");
  }
  const now = ctx.clock.now();
  return ctx.db.transaction(async (tx) => {
    const [user] = await tx.select().from(users).where(eq(users.id, userId)).for("share");
    if (user === undefined) throw new AppError("not_found", "There is no such user.");
    if (!user.isActive) throw new AppError("conflict", "This person is deactivated.");
    const isSame = and(eq(oneTimeLinks.kind, "password_reset"), eq(oneTimeLinks.userId, userId));
    await revokeLinks(tx, isSame, now);
    const expiresAt = new Date(now.getTime() + HOURS * HOUR_MS);
    const values = { kind: "password_reset", userId, expiresAt } as const;
    const { token } = await createLink(tx, { ...values, createdBy: ctx.actor.label });
    await recordAudit(tx, ctx, {
      action: "user.start_password_reset",
      subjectType: "user",
      subjectId: userId,
      after: { expires_at: expiresAt.toISOString() },
    });
    return { token, expires_at: expiresAt.toISOString() };
  });
}
