import { and, eq, gt } from "drizzle-orm";
import { z } from "zod";
import { oneTimeLinks, userIdentities, users } from "@/drizzle/schema";
import type { Actor } from "@/server/contracts";
import { publish, recordAudit, type ServiceContext, type Transaction } from "@/server/platform";
import { networkOf } from "@/server/platform/http";
import { mappedRoles } from "./oidc-roles";
import { isOpen } from "./one-time-links";
import { startSession } from "./sessions";
import { hasActiveAdmin, insertUser, lockPeople, toActor, toPublicUser, type User } from "./users";

/** What an identity provider says of a person. */
export const ProviderClaims = z.looseObject({
  sub: z.string().min(1).max(255),
  email: z.string().trim().toLowerCase().max(254).optional(),
  /** Some providers send a text. */
  email_verified: z.union([z.boolean(), z.stringbool()]).optional(),
  name: z.string().trim().max(200).optional(),
});
export type ProviderClaims = z.output<typeof ProviderClaims>;

/** Why the identity provider's word is not enough to let somebody in. */
type Refusal =
  /** The address is missing or not verified: anybody could have typed it. */
  | "email_unverified"
  /** Nobody here has the address, there is no invitation for it, and no role follows from the claims. */
  | "not_invited"
  /** Somebody else of the same provider has this address here. */
  | "already_linked"
  | "deactivated"
  /** Roles come from the provider, and it names none that counts here. */
  | "no_role";

type SignInContext = Pick<ServiceContext, "db" | "settings" | "clock" | "requestId">;

interface Attempt {
  tx: Transaction;
  ctx: SignInContext;
  issuer: string;
  claims: ProviderClaims;
  /** Roles that follow from the claims; null: they are kept here. */
  roles: User["roles"] | null;
}

/** Nobody is known until the claims were matched. */
const DOOR: Actor = { kind: "system", id: "sign-in", label: "sign-in", roles: [] };

async function audit(
  attempt: Attempt,
  action: string,
  user: User,
  after: unknown,
  before?: unknown,
) {
  const by = { actor: DOOR, requestId: attempt.ctx.requestId };
  const subject = { subjectType: "user", subjectId: user.id };
  await recordAudit(attempt.tx, by, { action, ...subject, after, before });
}

async function findLinked({ tx, issuer, claims }: Attempt): Promise<User | null> {
  const isThis = and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, claims.sub));
  const [row] = await tx
    .select({ user: users })
    .from(userIdentities)
    .innerJoin(users, eq(users.id, userIdentities.userId))
    .where(isThis);
  return row === undefined ? null : toPublicUser(row.user);
}

/** Makes the person of an open invitation; undefined: there is none. */
async function acceptInvited(attempt: Attempt, email: string): Promise<User | undefined> {
  const { tx, ctx, claims } = attempt;
  const now = ctx.clock.now();
  const isThis = and(eq(oneTimeLinks.kind, "invitation"), eq(oneTimeLinks.email, email));
  const [link] = await tx
    .update(oneTimeLinks)
    .set({ usedAt: now })
    .where(and(isThis, isOpen, gt(oneTimeLinks.expiresAt, now)))
    .returning();
  if (link === undefined) return undefined;
  const { roles, createdBy: invited_by } = link;
  const user = await insertUser(tx, {
    email,
    name: claims.name || email,
    passwordHash: null,
    roles,
  });
  await audit(attempt, "user.accept_invitation", user, { email, roles, invited_by });
  return user;
}

/** The person of a verified address: known, invited, or made because the provider names roles. */
async function findByAddress(attempt: Attempt): Promise<User | Refusal> {
  const { tx, claims, roles } = attempt;
  const { email, email_verified } = claims;
  if (!email || email_verified !== true) return "email_unverified";
  const [known] = await tx.select().from(users).where(eq(users.email, email));
  if (known !== undefined) return toPublicUser(known);
  const invited = await acceptInvited(attempt, email);
  if (invited !== undefined) return invited;
  if (roles === null || roles.length === 0) return "not_invited";
  const user = await insertUser(tx, {
    email,
    name: claims.name || email,
    passwordHash: null,
    roles,
  });
  await audit(attempt, "user.create", user, { email, roles });
  return user;
}

/** Binds the provider's subject to a person; of one provider each person has one. */
async function link(attempt: Attempt, user: User): Promise<"already_linked" | null> {
  const { tx, issuer, claims } = attempt;
  const [row] = await tx
    .insert(userIdentities)
    .values({ issuer, subject: claims.sub, userId: user.id })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) return "already_linked";
  await audit(attempt, "user.link", user, { issuer, subject: claims.sub });
  return null;
}

const sameRoles = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((role) => b.includes(role));

/** Roles that the provider names replace those kept here, but never the last administrator's. */
async function followRoles(attempt: Attempt, user: User): Promise<User | "no_role"> {
  const { tx, roles } = attempt;
  if (roles === null) return user;
  if (roles.length === 0) return "no_role";
  if (sameRoles(roles, user.roles)) return user;
  await tx.update(users).set({ roles }).where(eq(users.id, user.id));
  const losesAdmin = user.roles.includes("admin") && !roles.includes("admin");
  if (losesAdmin && !(await hasActiveAdmin(tx))) {
    await tx.update(users).set({ roles: user.roles }).where(eq(users.id, user.id));
    return user;
  }
  await audit(attempt, "user.set_roles", user, { roles }, { roles: user.roles });
  await publish(tx, { topic: "identity", id: user.id });
  return { ...user, roles };
}

async function match(attempt: Attempt): Promise<User | Refusal> {
  const linked = await findLinked(attempt);
  const user = linked ?? (await findByAddress(attempt));
  if (typeof user === "string") return user;
  if (!user.isActive) return "deactivated";
  const followed = await followRoles(attempt, user);
  if (typeof followed === "string") return followed;
  const refusal = linked === null ? await link(attempt, user) : null;
  return refusal ?? followed;
}

/** What was done before it was clear that nobody comes in is undone, and the refusal kept. */
class Refused extends Error {
  constructor(readonly reason: Refusal) {
    super(reason);
  }
}

/**
 * Begins a session of the person whom the identity provider names: by the subject it was linked with
 * before, else by a verified address that somebody here has or was invited with. Whatever else, the
 * reason, which is audited.
 */
export async function signInByProvider({
  ctx,
  input: { issuer, claims, address },
}: {
  ctx: SignInContext;
  input: { issuer: string; claims: ProviderClaims; address: string };
}): Promise<{ user: User; sessionId: string } | { refused: Refusal }> {
  const network = networkOf(address.slice(0, 100));
  const roles = mappedRoles(ctx.settings, claims);
  try {
    return await ctx.db.transaction(async (tx) => {
      await lockPeople(tx);
      const user = await match({ tx, ctx, issuer, claims, roles });
      if (typeof user === "string") throw new Refused(user);
      const by = { actor: toActor(user), requestId: ctx.requestId };
      return { user, sessionId: await startSession(tx, by, { network }) };
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const after = { email: claims.email ?? null, address: network, reason: error.reason, issuer };
    await ctx.db.transaction((tx) =>
      recordAudit(
        tx,
        { actor: DOOR, requestId: ctx.requestId },
        { action: "sign_in.fail", subjectType: "user", subjectId: "unknown", after },
      ),
    );
    return { refused: error.reason };
  }
}
