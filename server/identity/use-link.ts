import { and, eq, isNull } from "drizzle-orm";
import { z } from "zod";
import { sessions, users } from "@/drizzle/schema";
import type { Actor, LinkView } from "@/server/contracts";
import {
  AppError,
  publish,
  recordAudit,
  type ServiceContext,
  type Transaction,
} from "@/server/platform";
import { parseInput } from "./context";
import { claimLink, findLink, type LinkRow, LinkToken } from "./one-time-links";
import { hashPassword, Password } from "./passwords";
import { EmailAddress, hasActiveAdmin, insertUser, lockPeople } from "./users";

/** Whoever holds a link; nobody is signed in yet. */
const HOLDER: Actor = { kind: "system", id: "one-time link", label: "one-time link", roles: [] };

type HolderContext = Pick<ServiceContext, "db" | "settings" | "clock" | "requestId">;

/** What a link is for. Does not use it. Throws `not_found` for one that opens nothing. */
export async function describeLink({
  ctx,
  input,
}: {
  ctx: HolderContext;
  input: { token: string };
}): Promise<LinkView> {
  const { token } = parseInput(z.object({ token: LinkToken }), input);
  const link = await findLink(ctx.db, token, ctx.clock.now());
  const [user] =
    link.userId === null ? [] : await ctx.db.select().from(users).where(eq(users.id, link.userId));
  return {
    kind: link.kind,
    email: link.email ?? user?.email ?? null,
    roles: link.roles,
    expires_at: link.expiresAt.toISOString(),
    takes_password: ctx.settings.PASSWORD_SIGN_IN === "on",
  };
}

const UseLink = z.object({
  token: LinkToken,
  name: z.string().trim().min(1).max(200).optional(),
  /** Of the first administrator alone: whoever was invited has the address of the invitation. */
  email: EmailAddress.optional(),
  password: Password.optional(),
});
type Given = z.output<typeof UseLink>;

interface Use {
  ctx: HolderContext;
  given: Given;
  passwordHash: string | null;
  now: Date;
}

/**
 * Uses a link up: makes the invited person or the first administrator, or sets a new password (and
 * ends that person's sessions). Answers whose it is. Throws `not_found` for a link that opens nothing,
 * `invalid_input` for what is missing, `conflict` where there is such a person or an administrator.
 */
export async function useLink({
  ctx,
  input,
}: {
  ctx: HolderContext;
  input: z.input<typeof UseLink>;
}): Promise<{ email: string }> {
  const given = parseInput(UseLink, input);
  const now = ctx.clock.now();
  const { kind } = await findLink(ctx.db, given.token, now);
  const takesPassword = ctx.settings.PASSWORD_SIGN_IN === "on";
  if (takesPassword && given.password === undefined) {
    throw new AppError("invalid_input", "password: is missing");
  }
  const passwordHash =
    takesPassword && given.password !== undefined ? await hashPassword(given.password) : null;
  const use = { ctx, given, passwordHash, now };
  return ctx.db.transaction(async (tx) => {
    await lockPeople(tx);
    const link = await claimLink(tx, { token: given.token, kind, now });
    if (kind === "password_reset") return setPassword(tx, use, link);
    if (kind === "first_admin" && (await hasActiveAdmin(tx))) {
      throw new AppError(
        "conflict",
        "There is an administrator already: ask for an invitation instead.",
      );
    }
    return join(tx, use, link);
  });
}

async function join(tx: Transaction, use: Use, link: LinkRow): Promise<{ email: string }> {
  const { ctx, given, passwordHash } = use;
  const email = link.email ?? given.email;
  if (email === undefined) throw new AppError("invalid_input", "email: is missing");
  const { roles } = link;
  const user = await insertUser(tx, { email, name: given.name ?? email, passwordHash, roles });
  await recordAudit(
    tx,
    { actor: HOLDER, requestId: ctx.requestId },
    {
      action: link.kind === "first_admin" ? "user.create_first_admin" : "user.accept_invitation",
      subjectType: "user",
      subjectId: user.id,
      after: { email, name: user.name, roles, invited_by: link.createdBy },
    },
  );
  return { email };
}

async function setPassword(tx: Transaction, use: Use, link: LinkRow): Promise<{ email: string }> {
  const { ctx, passwordHash, now } = use;
  const isThis = and(eq(users.id, link.userId ?? ""), eq(users.isActive, true));
  const [user] =
    passwordHash === null
      ? []
      : await tx.update(users).set({ passwordHash }).where(isThis).returning();
  if (user === undefined) throw new AppError("conflict", "This person cannot set a password now.");
  const isLive = and(eq(sessions.userId, user.id), isNull(sessions.endedAt));
  await tx.update(sessions).set({ endedAt: now }).where(isLive);
  await recordAudit(
    tx,
    { actor: HOLDER, requestId: ctx.requestId },
    { action: "user.set_password", subjectType: "user", subjectId: user.id },
  );
  await publish(tx, { topic: "identity", id: user.id });
  return { email: user.email };
}
