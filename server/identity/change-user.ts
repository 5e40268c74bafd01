import { and, eq, sql } from "drizzle-orm";
import { users } from "@/drizzle/schema";
import { AppError, recordAudit, type Transaction } from "@/server/platform";
import type { IdentityContext } from "./context";
import { type User, withoutSecret } from "./user";

/** Refuses to leave the sidecar without an active administrator. */
async function assertAdminRemains(tx: Transaction): Promise<void> {
  const isActiveAdmin = and(eq(users.isActive, true), sql`${users.roles} ? 'admin'`);
  if ((await tx.$count(users, isActiveAdmin)) > 0) return;
  throw new AppError("conflict", "The last active administrator cannot lose that role.");
}

/**
 * Changes a user's roles or activity with its audit row, in one transaction. Role changes are
 * serialized, so that two administrators cannot remove each other at once.
 * Throws `not_found`, or `conflict` for the last administrator.
 */
export async function changeUser(
  ctx: IdentityContext,
  userId: string,
  action: string,
  change: Partial<Pick<User, "roles" | "isActive">>,
): Promise<User> {
  return ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('identity.users'))`);
    const [before] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
    if (before === undefined) throw new AppError("not_found", "There is no such user.");
    const [row] = await tx.update(users).set(change).where(eq(users.id, userId)).returning();
    if (row === undefined) throw new AppError("not_found", "There is no such user.");
    const wasAdmin = before.isActive && before.roles.includes("admin");
    if (wasAdmin) await assertAdminRemains(tx);
    await recordAudit(tx, ctx, {
      action,
      subjectType: "user",
      subjectId: userId,
      before: { roles: before.roles, is_active: before.isActive },
      after: { roles: row.roles, is_active: row.isActive },
    });
    return withoutSecret(row);
  });
}
