import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { sessions, users } from "@/drizzle/schema";
import { type Actor, Role } from "@/server/contracts";
import { AppError, type Database, publish, recordAudit, type Transaction } from "@/server/platform";
import { type IdentityContext, parseInput } from "./context";
import { hashPassword, Password } from "./passwords";
import { assertCan, PERSON_ROLES } from "./permissions";

export const EMAIL_LENGTH_MAX = 254;

export const EmailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email("must be an email address").max(EMAIL_LENGTH_MAX));

export const PersonRoles = z.array(z.enum(PERSON_ROLES)).transform((roles) => [...new Set(roles)]);

type UserRow = typeof users.$inferSelect;

/** A user as others may see it: no password hash. */
export type User = Omit<UserRow, "passwordHash">;

export function toPublicUser(row: UserRow): User {
  const { passwordHash: _, ...user } = row;
  return user;
}

export function toActor(user: User): Actor {
  return { kind: "user", id: user.id, label: user.email, roles: user.roles };
}

const CreateUser = z.object({
  email: EmailAddress,
  name: z.string().trim().min(1).max(200),
  password: Password,
  roles: PersonRoles,
});

/** Adds a person. Throws `forbidden`, or `conflict` when the email address is taken. */
export async function createUser({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof CreateUser>;
}): Promise<User> {
  assertCan(ctx.actor, "user.manage");
  const { email, name, password, roles } = parseInput(CreateUser, input);
  const passwordHash = await hashPassword(password);
  return ctx.db.transaction(async (tx) => {
    const row = await insertUser(tx, { email, name, passwordHash, roles });
    await recordAudit(tx, ctx, {
      action: "user.create",
      subjectType: "user",
      subjectId: row.id,
      after: { email, name, roles },
    });
    return row;
  });
}

/** Stores a person. Throws `conflict` when the email address is taken. */
export async function insertUser(
  tx: Transaction,
  values: Pick<UserRow, "email" | "name" | "passwordHash" | "roles">,
): Promise<User> {
  const [row] = await tx
    .insert(users)
    .values(values)
    .onConflictDoNothing({ target: users.email })
    .returning();
  if (row === undefined) {
    throw new AppError("conflict", `There is already a user with the address ${values.email}.`);
  }
  return toPublicUser(row);
}

/** All people by email address; never a password hash. */
export async function listUsers({ ctx }: { ctx: IdentityContext }): Promise<User[]> {
  assertCan(ctx.actor, "user.manage");
  const rows = await ctx.db.select().from(users).orderBy(asc(users.email));
  return rows.map(toPublicUser);
}

/** Makes whoever changes who is an administrator wait for each other, to the transaction's end. */
export async function lockPeople(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('identity.users'))`);
}

/** Whether somebody can administer the sidecar. */
export async function hasActiveAdmin(tx: Transaction): Promise<boolean> {
  const isActiveAdmin = and(eq(users.isActive, true), sql`${users.roles} ? 'admin'`);
  return (await tx.$count(users, isActiveAdmin)) > 0;
}

/** Refuses to leave the sidecar without an active administrator. */
async function assertAdminRemains(tx: Transaction): Promise<void> {
  if (await hasActiveAdmin(tx)) return;
  throw new AppError("conflict", "The last active administrator cannot lose that role.");
}

/** A person who may not come in has no session left, were they to be let in again. */
async function endSessionsOf(tx: Transaction, userId: string): Promise<void> {
  await tx
    .update(sessions)
    .set({ endedAt: sql`now()` })
    .where(and(eq(sessions.userId, userId), isNull(sessions.endedAt)));
}

/**
 * Changes a user's roles or activity with its audit row, in one transaction. Role changes are
 * serialized, so that two administrators cannot remove each other at once.
 * Throws `not_found`, or `conflict` for the last administrator.
 */
async function changeUser(
  ctx: IdentityContext,
  userId: string,
  action: string,
  change: Partial<Pick<User, "roles" | "isActive">>,
  assertFits: (before: User) => void,
): Promise<User> {
  return ctx.db.transaction(async (tx) => {
    await lockPeople(tx);
    const [before] = await tx.select().from(users).where(eq(users.id, userId)).for("update");
    if (before === undefined) throw new AppError("not_found", "There is no such user.");
    assertFits(before);
    const [row] = await tx.update(users).set(change).where(eq(users.id, userId)).returning();
    if (row === undefined) throw new AppError("not_found", "There is no such user.");
    const wasAdmin = before.isActive && before.roles.includes("admin");
    if (wasAdmin) await assertAdminRemains(tx);
    if (!row.isActive) await endSessionsOf(tx, userId);
    await publish(tx, { topic: "identity", id: userId });
    await recordAudit(tx, ctx, {
      action,
      subjectType: "user",
      subjectId: userId,
      before: { roles: before.roles, is_active: before.isActive },
      after: { roles: row.roles, is_active: row.isActive },
    });
    return toPublicUser(row);
  });
}

const SetUserRoles = z.object({
  user_id: z.uuid(),
  roles: PersonRoles,
  /** What they were when this was decided; left out: whatever they are is replaced. */
  expected_roles: z.array(Role).optional(),
});

const asText = (roles: readonly Role[]) => [...roles].sort().join();

/**
 * Replaces a person's roles; they count from the next request on, in every open session. Throws
 * `conflict` when they are not the expected ones any more.
 */
export async function setUserRoles({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof SetUserRoles>;
}): Promise<User> {
  assertCan(ctx.actor, "user.manage");
  const { user_id, roles, expected_roles } = parseInput(SetUserRoles, input);
  return changeUser(ctx, user_id, "user.set_roles", { roles }, (before) => {
    if (expected_roles === undefined || asText(before.roles) === asText(expected_roles)) return;
    throw new AppError("conflict", "Somebody else has changed these roles meanwhile.", {
      details: { roles: before.roles },
    });
  });
}

const OneUser = z.object({ user_id: z.uuid() });

/** Shuts a person out: sessions and tokens stop working with the next request. */
export async function deactivateUser({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof OneUser>;
}): Promise<User> {
  assertCan(ctx.actor, "user.manage");
  const { user_id } = parseInput(OneUser, input);
  return changeUser(ctx, user_id, "user.deactivate", { isActive: false }, ({ isActive }) => {
    if (!isActive) throw new AppError("conflict", "This person is deactivated already.");
  });
}

/** Lets a deactivated person in again, with the roles held before. Throws `conflict` for an active one. */
export async function activateUser({
  ctx,
  input,
}: {
  ctx: IdentityContext;
  input: z.input<typeof OneUser>;
}): Promise<User> {
  assertCan(ctx.actor, "user.manage");
  const { user_id } = parseInput(OneUser, input);
  return changeUser(ctx, user_id, "user.activate", { isActive: true }, ({ isActive }) => {
    if (isActive) throw new AppError("conflict", "This person is active already.");
  });
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The active user of this id, with the roles held now; null when there is none. */
async function loadActiveUser(db: Database, id: string): Promise<User | null> {
  if (!UUID.test(id)) return null;
  const [row] = await db
    .select()
    .from(users)
    .where(and(eq(users.id, id), eq(users.isActive, true)));
  return row === undefined ? null : toPublicUser(row);
}

/** The actor of an active user. Throws `unauthenticated` for an unknown or deactivated one. */
export async function loadUserActor(db: Database, id: string): Promise<Actor> {
  const user = await loadActiveUser(db, id);
  if (user === null) throw new AppError("unauthenticated", "This user is not active.");
  return toActor(user);
}
