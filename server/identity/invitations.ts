import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { oneTimeLinks, users } from "@/drizzle/schema";
import type { Invitation } from "@/server/contracts";
import { AppError, recordAudit, type ServiceContext } from "@/server/platform";
import { type IdentityContext, parseInput } from "./context";
import { createLink, isOpen, type LinkRow, revokeLinks } from "./one-time-links";
import { assertCan } from "./permissions";
import { EmailAddress, PersonRoles } from "./users";

type LinkContext = IdentityContext & Pick<ServiceContext, "clock">;

const HOURS_DEFAULT = 72;
const HOUR_MS = 3_600_000;

const InvitePerson = z.object({
  email: EmailAddress,
  roles: PersonRoles,
  /** How long the link can be used. */
  hours: z.int().min(1).max(720).default(HOURS_DEFAULT),
});

function toInvitation(row: LinkRow, now: Date): Invitation {
  return {
    link_id: row.id,
    email: row.email ?? "",
    roles: row.roles,
    invited_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    is_expired: row.expiresAt <= now,
  };
}

/**
 * Invites a person by a link that works once and expires; it replaces an open one of the same
 * address. `token` is answered here and never again. Throws `conflict` when there is such a person.
 */
export async function invitePerson({
  ctx,
  input,
}: {
  ctx: LinkContext;
  input: z.input<typeof InvitePerson>;
}): Promise<{ token: string; invitation: Invitation }> {
  assertCan(ctx.actor, "user.manage");
  const { email, roles, hours } = parseInput(InvitePerson, input);
  const now = ctx.clock.now();
  return ctx.db.transaction(async (tx) => {
    if ((await tx.$count(users, eq(users.email, email))) > 0) {
      throw new AppError("conflict", `There is already a user with the address ${email}.`);
    }
    const isSame = and(eq(oneTimeLinks.kind, "invitation"), eq(oneTimeLinks.email, email));
    await revokeLinks(tx, isSame, now);
    const expiresAt = new Date(now.getTime() + hours * HOUR_MS);
    const values = { kind: "invitation", email, roles, expiresAt } as const;
    const { token, link } = await createLink(tx, { ...values, createdBy: ctx.actor.label });
    await recordAudit(tx, ctx, {
      action: "user.invite",
      subjectType: "invitation",
      subjectId: link.id,
      after: { email, roles, expires_at: expiresAt.toISOString() },
    });
    return { token, invitation: toInvitation(link, now) };
  });
}

/** Invitations that were neither accepted nor withdrawn, by address; expired ones included. */
export async function listInvitations({ ctx }: { ctx: LinkContext }): Promise<Invitation[]> {
  assertCan(ctx.actor, "user.manage");
  const rows = await ctx.db
    .select()
    .from(oneTimeLinks)
    .where(and(eq(oneTimeLinks.kind, "invitation"), isOpen))
    .orderBy(asc(oneTimeLinks.email));
  return rows.map((row) => toInvitation(row, ctx.clock.now()));
}

const WithdrawInvitation = z.object({ link_id: z.uuid() });

/** Ends an invitation: its link opens nothing. Throws `conflict` when it was accepted or withdrawn. */
export async function withdrawInvitation({
  ctx,
  input,
}: {
  ctx: LinkContext;
  input: z.input<typeof WithdrawInvitation>;
}): Promise<void> {
  assertCan(ctx.actor, "user.manage");
  const { link_id } = parseInput(WithdrawInvitation, input);
  const isThis = and(eq(oneTimeLinks.id, link_id), eq(oneTimeLinks.kind, "invitation"));
  await ctx.db.transaction(async (tx) => {
    const [row] = await revokeLinks(tx, isThis, ctx.clock.now());
    if (row === undefined) {
      const exists = (await tx.$count(oneTimeLinks, isThis)) > 0;
      if (!exists) throw new AppError("not_found", "There is no such invitation.");
      throw new AppError("conflict", "This invitation was accepted or withdrawn already.");
    }
    await recordAudit(tx, ctx, {
      action: "user.withdraw_invitation",
      subjectType: "invitation",
      subjectId: link_id,
      before: { email: row.email, roles: row.roles },
    });
  });
}
